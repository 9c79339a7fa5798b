import { faultsIn, type Fault } from './fault.ts';

const ESTIMATE = 'libs/transforms/src/plan/estimate.ts';

/** A function is killed for memory, or rejects pictures that it could render. */
const constant = (name: string, from: string, to: string) =>
  [`${name} is ${to} instead of ${from}`, `${name} = ${from};`, `${name} = ${to};`] as const;

/** Faults of the estimates, the planner, the engine and the transforms. */
export const ENGINE_FAULTS: readonly Fault[] = [
  ...faultsIn('memory', ESTIMATE, [
    constant('AVIF_HELD_MIB_PER_MEGAPIXEL', '9', '1'),
    constant('AVIF_HELD_MIB', '110', '45'),
    constant('const AVIF_MIB_PER_MEGAPIXEL', '26', '18'),
    constant('const ENCODE_MIB_PER_MEGAPIXEL', '17', '9'),
    constant('ANIMATION_HELD_MIB_PER_MEGAPIXEL', '3', '0'),
    constant('ANIMATION_HELD_MIB', '105', '28'),
    constant('const ANIMATION_MIB_PER_MEGAPIXEL', '8', '1'),
    constant('COMPARED_MIB_PER_MEGAPIXEL', '12', '0'),
    constant('RAW_MIB_PER_MEGAPIXEL', '4', '0'),
    constant('ALPHA_MIB_PER_MEGAPIXEL', '16', '0'),
    constant('const DECODE_MIB', '45', '28'),
    constant('const HELD_MIB', '28', '10'),
    constant('const HELD_MIB_PER_MEGAPIXEL', '2.9', '1'),
    constant('HELD_MIB_PER_MEGAPIXEL_444', '5.9', '2.9'),
    constant('HEAP_MIB', '5', '0'),
    constant('HOLES', '1.2', '1'),
    constant('UNKNOWN_STRUCTURE', '1.5', '1'),
    constant('GROWING_BUFFER', '1.5', '1'),
    constant('GAIN_MAP_SECONDS_PER_MEGAPIXEL', '0.04', '0'),
    constant('CORRECTION_SECONDS', '0.1', '0.01'),
    constant('CORRECTION_SECONDS_32', '0.25', '0.1'),
    constant('CORRECTION_TABLES_SECONDS', '0.03', '0'),
    ['a picture of 16 bits counts as one of 8', 'depth === 16 ? 2 : 1', 'depth === 16 ? 1 : 1'],
    [
      'full chroma counts as half',
      "chromaSubsampling === '4:4:4'",
      "chromaSubsampling === '4:2:0'",
    ],
    ['pixels between stages have 8 bits', '* mode.depth) / 8', '* 8) / 8'],
    ['pixels between stages are opaque', 'shape.hasAlpha ? 4 : 3', '3'],
    ['the decoder shrinks further than it can', '[8, 4, 2].find', '[16, 8, 4, 2].find'],
    ['the decoder shrinks less than it does', '[8, 4, 2].find', '[4, 2].find'],
    ['a profile costs nothing', 'fixed: 0.005, perMegapixel: 0.015', 'fixed: 0, perMegapixel: 0'],
    [
      'tables cost as little as a matrix',
      'fixed: 0.04, perMegapixel: 0.07',
      'fixed: 0.005, perMegapixel: 0.015',
    ],
    [
      'searching for the size of a file counts as nothing',
      'encodings.length > 1 || encodings.some(isSearched)',
      'encodings.length > 1',
    ],
    ['the choice between two formats counts as nothing', 'encodings.length > 1 || ', ''],
    [
      'an animation counts its first frame',
      'shape.width * shape.height * (mode.animated ? facts.pages : 1)',
      'shape.width * shape.height',
    ],
    [
      'a mark counts on the first frame',
      'output.width * output.height * (mode.animated ? facts.pages : 1)',
      'output.width * output.height',
    ],
    ['one encoder works at once', '.slice(0, concurrency)', '.slice(0, 1)'],
    ['copies of a JPEG without its end count once', '(2 * bytes) / MIB', 'bytes / MIB'],
    ['the file itself does not count', 'facts.bytes / MIB +\n    corrected.held', 'corrected.held'],
    [
      'a rotated gain map counts once',
      '2 * (facts.width * facts.height + Math.max(...sizes))',
      'facts.width * facts.height + Math.max(...sizes)',
    ],
    ['files of unknown size count as nothing', 'return variants.map(() => mib);', 'return [];'],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/candidates.ts', [
    ['a JPEG is wider than libjpeg writes', 'jpeg: 65_500', 'jpeg: 65_535'],
    ['a WebP is wider than libwebp writes', 'webp: 16_383', 'webp: 16_384'],
    ['an AVIF that fits is rejected', 'avif: 16_384', 'avif: 16_383'],
    ['a GIF is wider than its header can say', 'gif: 65_535', 'gif: 65_536'],
    [
      'a TIFF of JPEGs has no limit',
      "encoding.compression === 'jpeg' ? 'jpeg' :",
      "encoding.compression === 'jpeg' ? 'tiff' :",
    ],
    ['the height of a file is not checked', '&& height <= limit', ''],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/make-plan.ts', [
    ['the placeholder is made of 16 pixels', 'SIDE = 32', 'SIDE = 16'],
    ['a GIF stays as the camera held it', "['gif', 'avif', 'pdf']", "['avif', 'pdf']"],
    ['an AVIF stays as the camera held it', "['gif', 'avif', 'pdf']", "['gif', 'pdf']"],
    ['transparency becomes black in a JPEG', "'#ffffff'", "'#000000'"],
    [
      'a file with kept colours stays as the camera held it',
      "isCell(steps, facts) ||\n    colourspace !== 'srgb'",
      'isCell(steps, facts)',
    ],
    ['a cell of a sheet is not upright', 'isCell(steps, facts) ||', ''],
    [
      'the pixels of skipped variants are made',
      'if (plan.skipped.length === 0) return plan;',
      'return plan;',
    ],
    ['the placeholder is enlarged', 'withoutEnlargement: true', 'withoutEnlargement: false'],
    [
      'the placeholder has its own decode',
      'uprightFirst ? steps : steps.reverse()',
      'uprightFirst ? steps.reverse() : steps',
    ],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/decode-mode.ts', [
    ['animations are stills', 'isAnimation(facts) &&', 'false &&'],
    ['a PNG loses its 16 bits', "format === 'png' || format === 'tiff'", "format === 'tiff'"],
    ['a TIFF loses its 16 bits', "format === 'png' || format === 'tiff'", "format === 'png'"],
    [
      'the profile of CMYK is applied to RGB',
      "profile !== 'none' && space === 'rgb'",
      "profile !== 'none'",
    ],
    ['CMYK is converted without its profile', "&& space !== 'cmyk'", ''],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/open-stage.ts', [
    [
      'colours at soft edges are wrong: alpha is not seen',
      'hasAlpha: open.shape.hasAlpha || output.hasAlpha',
      'hasAlpha: false',
    ],
    [
      'colours at soft edges are wrong: gained alpha is not seen',
      'gainedAlpha: open.gainedAlpha ?? false',
      'gainedAlpha: false',
    ],
    [
      'a kept profile is lost with grey pixels',
      'if (mayLoseProfile && open.operations.length > 0) return LOST_PROFILE;',
      '',
    ],
    [
      'a step follows grey pixels with a profile',
      '...(mayLoseProfile ? { sealed: LOST_PROFILE } : {}),',
      '',
    ],
    [
      'a step follows one that sharp may reorder',
      '...(slots === undefined ? { sealed: alone } : {}),',
      '',
    ],
    [
      'colours are worked on as grey ones',
      "...(isGrey ? { unusualPixels: 'grey ones' } : {}),",
      '',
    ],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/gain-map-steps.ts', [
    ['a flopped picture has its gain map mirrored', '  flop: () => undefined,\n', ''],
    ['a flipped picture has its gain map mirrored', '  flip: () => undefined,\n', ''],
    ['a cropped picture has its whole gain map', '  crop: () => undefined,\n', ''],
    ['a sharpened picture cannot keep its gain map', ", 'sharpen'];", '];'],
    ['padding glows', "if (fit === 'contain') return PADDED;", ''],
    ['a searched region has another gain map', "|| place === 'entropy'", ''],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/step-tree.ts', [
    ['an enlargement is shared', 'scale.width <= width &&', ''],
    ['a nearest neighbour is resampled twice', "scale.kernel !== 'nearest' &&", ''],
    ['kernels are mixed', 'if (to && to.kernel !== scale.kernel) continue;', ''],
    [
      'the smallest size is shared',
      'height: Math.max(to?.height ?? 0, scale.height)',
      'height: scale.height',
    ],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/sharp-order.ts', [
    ...['resize', 'blur', 'sharpen'].map(
      (slot, _, all) =>
        [
          `${slot} multiplies by alpha without being known to`,
          "['resize', 'blur', 'sharpen']",
          `[${all
            .filter((other) => other !== slot)
            .map((other) => `'${other}'`)
            .join(', ')}]`,
        ] as const,
    ),
    ...['rotateAngle', 'affine', 'median', 'threshold', 'modulate'].map(
      (slot, _, all) =>
        [
          `${slot} works on multiplied colours`,
          `STRAIGHT_ALPHA_ONLY: ReadonlySet<SharpSlot> = new Set([\n${all.map((one) => `  '${one}',\n`).join('')}]`,
          `STRAIGHT_ALPHA_ONLY: ReadonlySet<SharpSlot> = new Set([\n${all
            .filter((one) => one !== slot)
            .map((one) => `  '${one}',\n`)
            .join('')}]`,
        ] as const,
    ),
    ...['blur', 'sharpen', 'composite'].map(
      (slot, _, all) =>
        [
          `the floats of ${slot} reach a table`,
          "new Set(['blur', 'sharpen', 'composite'])",
          `new Set([${all
            .filter((one) => one !== slot)
            .map((one) => `'${one}'`)
            .join(', ')}])`,
        ] as const,
    ),
    ...['gammaOut', 'linear', 'normalise', 'clahe', 'tint', 'negate'].map(
      (slot, _, all) =>
        [
          `${slot} reads floats`,
          `INTEGER_ONLY: ReadonlySet<SharpSlot> = new Set([\n${all.map((one) => `  '${one}',\n`).join('')}]`,
          `INTEGER_ONLY: ReadonlySet<SharpSlot> = new Set([\n${all
            .filter((one) => one !== slot)
            .map((one) => `  '${one}',\n`)
            .join('')}]`,
        ] as const,
    ),
    [
      'extend after an extract reports a wrong size',
      "new Set(['affine', 'extend'])",
      "new Set(['affine'])",
    ],
    [
      'a trim follows the upright picture',
      "pipeline.used.has('autoOrient') && slots.includes('trim')",
      'false',
    ],
    [
      'the second rotation replaces the first',
      "pipeline.used.has('rotate90') && slots.includes('rotateAngle')",
      'false',
    ],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/orientation.ts', [
    ['pictures of orientation 5 keep their sides', 'orientation >= 5', 'orientation > 5'],
    ['pictures of orientation 4 exchange their sides', 'orientation >= 5', 'orientation >= 4'],
    ...(
      [
        ['2', '{ flip: false, flop: true, angle: 0 }'],
        ['3', '{ flip: true, flop: true, angle: 0 }'],
        ['4', '{ flip: true, flop: false, angle: 0 }'],
        ['5', '{ flip: true, flop: false, angle: 90 }'],
        ['6', '{ flip: false, flop: false, angle: 90 }'],
        ['7', '{ flip: true, flop: false, angle: 270 }'],
        ['8', '{ flip: false, flop: false, angle: 270 }'],
      ] as const
    ).map(
      ([tag, operations]) =>
        [`orientation ${tag} is not made upright`, `  ${tag}: ${operations},\n`, ''] as const,
    ),
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/inspect/detect-type.ts', [
    ['an animated PNG is rejected', "  apng: 'png',\n", ''],
    ['a GIF is rejected', "  gif: 'gif',\n", ''],
    ['an AVIF is rejected', "  avif: 'avif',\n", ''],
    ['a camera raw file is named by its extension', "'cr3', ", ''],
    ['a Photoshop document has no name', "  psd: 'a Photoshop document (PSD)',\n", ''],
    ['a raw file of sensor data is decoded as a TIFF', '[32_803, 34_892]', '[34_892]'],
    ['a raw file of a maker is decoded as a TIFF', '32_770, 34_713, ', '34_713, '],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/inspect/inspect.ts', [
    ['a manifest holds a name of a camera without end', 'MAX_CAMERA = 100', 'MAX_CAMERA = 1000'],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/inspect/svg-text.ts', [
    [
      'a drawing inflates without end',
      'MAX_INFLATED = 16 * 1024 * 1024',
      'MAX_INFLATED = 1024 * 1024 * 1024',
    ],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/inspect/png-compressed-text.ts', [
    ['a compressed text inflates', "if (type === 'zTXt') return true;", ''],
    ['a compressed international text inflates', "type === 'iTXt' && ", 'false && '],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/inspect/unsupported-coding.ts', [
    ['a TIFF of LZW is rejected', '[1, 2, 3, 4, 5, 7, 8,', '[1, 2, 3, 4, 7, 8,'],
    ['a TIFF of WebP is rejected', '32_946, 50_001]', '32_946]'],
    ['a TIFF of CMYK is rejected', '[0, 1, 2, 3, 5, 6, 8]', '[0, 1, 2, 3, 6, 8]'],
    ['a compression has no name', "  [34_887, 'LERC'],\n", ''],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/metadata/exif.ts', [
    [
      'a hostile length in the GPS directory is trusted',
      '[0x8769, 0x8825, 0xa005]',
      '[0x8769, 0xa005]',
    ],
    [
      'a hostile length in the EXIF directory is trusted',
      '[0x8769, 0x8825, 0xa005]',
      '[0x8825, 0xa005]',
    ],
    ['a chain of directories has no end', 'MAX_DIRECTORIES = 16', 'MAX_DIRECTORIES = 65_536'],
    ['lengths that together exceed the block are trusted', 'else bytesLeft -= bytes;', ''],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/metadata/xmp-packet.ts', [
    [
      'a position is published',
      "kept: ['CreateDate', 'Label', 'Rating']",
      "kept: ['CreateDate', 'Label', 'Rating', 'GPSLatitude']",
    ],
    ['creators lose their order', "new Set(['creator'])", 'new Set([])'],
    ['the credit is lost', "'Credit', ", ''],
    ['the rights are lost', "      'rights',\n", ''],
    ['a quote ends an attribute', "  '\"': '&quot;',\n", ''],
  ]),
  ...faultsIn('engine', 'libs/transforms/src/engine/metadata/xmp-and-iptc.ts', [
    ['a packet too long for a segment is written', 'MAX_SEGMENT = 65_533', 'MAX_SEGMENT = 65_600'],
  ]),
  ...faultsIn(
    'engine',
    'libs/transforms/src/engine/document/jpeg-image.ts',
    [
      [
        'readers of PDF show a JPEG in wrong colours',
        'if (kept && isOther) named.add(marker)',
        'named.add(marker)',
      ],
    ],
    ['libs/transforms/src/engine/document/encode-pdf.test.ts'],
  ),
  ...faultsIn('planner', 'libs/transforms/src/plan/montage-part.ts', [
    ['the steps after a montage work on each picture', 'all.slice(0, joint)', 'all'],
    ['the steps before a montage work on the sheet', 'all.slice(joint + 1)', 'all'],
  ]),
  ...faultsIn('planner', 'libs/transforms/src/plan/sheet.ts', [
    ['a sheet of 16 bits has half of its memory', 'cell.depth === 16) ? 16 : 8', 'true) ? 8 : 8'],
    ['the pixels of a sheet are in no estimate', '2 * pixels', '0 * pixels'],
    ['a sheet has the pages of its upload', 'pages: 1, sheetOf', 'pages: 2, sheetOf'],
  ]),
  ...faultsIn('builtin', 'libs/transforms/src/builtin/montage.ts', [
    ['a sheet ends in a gap', '(cell.width + gap) - gap', '(cell.width + gap)'],
    ['a smaller picture is at the edge of its cell', '(cell.width - width) / 2', '0'],
    ['a sheet of three pictures is a row', 'Math.ceil(Math.sqrt(count))', 'count'],
  ]),
  ...faultsIn('builtin', 'libs/transforms/src/builtin/resize.ts', [
    [
      'a picture is enlarged beyond what sharp can hold',
      'MAX_SCALED_SIDE = 65_535',
      'MAX_SCALED_SIDE = 655_350',
    ],
    ['the ratio of a display is unlimited', '.max(4)', '.max(40)'],
    ['a side of 65,535 pixels is rejected', '.max(65_535)', '.max(65_534)'],
    ['frames of an animation jump', "isStrategy(wanted) && animated ? 'centre' : wanted", 'wanted'],
    ['a picture of `contain` covers', "default('cover')", "default('contain')"],
  ]),
  ...faultsIn('builtin', 'libs/transforms/src/builtin/shared/position.ts', [
    ['a focus is at the edge', 'share * side - length / 2', 'share * side - length'],
  ]),
  ...faultsIn('builtin', 'libs/transforms/src/builtin/crop.ts', [
    [
      'the crop is after a resize though it is asked for before',
      "used.has('resize') || used.has('extractPre')",
      "used.has('extractPre')",
    ],
  ]),
  ...faultsIn('builtin', 'libs/transforms/src/builtin/trim.ts', [
    ['noise at the border stays', '.default(10)', '.default(0)'],
    ['a picture of two pixels fails', 'Math.min(width, height) < 3', 'Math.min(width, height) < 2'],
  ]),
  ...faultsIn('builtin', 'libs/transforms/src/builtin/rotate.ts', [
    ['a quarter keeps the sides', '% 180 === 90', '% 180 === 0'],
    [
      'corners that are clear become black',
      'hasAlpha: input.hasAlpha || isTranslucent(background)',
      'hasAlpha: input.hasAlpha',
    ],
  ]),
];
