import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Transform } from '../define-transform.ts';
import { builtinTransforms } from './index.ts';

/** What a recipe can rely on. */
interface Options {
  /** Options that the transform requires, or that others need. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Least and greatest number of each option. */
  readonly ranges?: Readonly<Record<string, readonly [least: number, greatest: number]>>;
  /** All values of each option. */
  readonly choices?: Readonly<Record<string, readonly unknown[]>>;
  /** Whole options. */
  readonly accepted?: readonly object[];
  /** Whole options, and each problem: the option, and what the message has. */
  readonly refused?: readonly (readonly [options: object, ...problems: string[]])[];
}

const SIDE = [1, 65_535] as const;
const EDGE = [0, 65_535] as const;
const LEVEL = [0, 255] as const;
const SHARPENING = [0, 1_000_000] as const;
const POSITIONS = [
  ...['centre', 'center', 'north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west'],
  ...['northwest', 'top', 'right top', 'right', 'right bottom', 'bottom', 'left bottom', 'left'],
  'left top',
];
const BLACK = '#000000';
const WHITE = '#ffffff';

const OPTIONS: Readonly<Record<string, Options>> = {
  window: {
    defaults: { shape: 'linear' },
    choices: { shape: ['linear', 'exact', 'sigmoid'] },
    accepted: [
      { centre: -5, width: 1 },
      { centre: 0, width: 0.1, shape: 'exact' },
    ],
    refused: [
      [{ centre: 1 }, ': needs both a centre and a width'],
      [{ width: 1 }, ': needs both a centre and a width'],
      [{ centre: 1, width: 0 }, 'width: ', 'width: the width of the linear shape is at least 1'],
      [{ centre: 1, width: 0.9 }, 'width: the width of the linear shape is at least 1'],
    ],
  },
  stretch: {
    defaults: { type: 'linear', perChannel: false, low: 0.5, high: 99.5 },
    choices: { type: ['linear', 'sqrt', 'log', 'asinh', 'zscale', 'percentile'] },
    accepted: [
      { low: 0, high: 100 },
      { black: 0 },
      { white: [1, 2, 3] },
      { black: [0, 0, 0], white: 1 },
    ],
    refused: [
      [{ low: -1 }, 'low: '],
      [{ high: 101 }, 'high: '],
      [{ low: 5, high: 5 }, 'low: low must be less than high'],
      [{ black: 1, white: 1 }, 'black: black must be less than white'],
      [{ black: [0, 0, 3], white: [1, 2, 3] }, 'black: black must be less than white'],
    ],
  },
  rotate: {
    defaults: { angle: 'auto', background: BLACK },
    ranges: { angle: [-360, 360] },
    refused: [[{ angle: 'left' }, 'angle: expected auto, or degrees']],
  },
  resize: {
    given: { width: 9 },
    defaults: {
      ...{ fit: 'cover', position: 'centre', background: BLACK, kernel: 'lanczos3', dpr: 1 },
      ...{ withoutEnlargement: false, withoutReduction: false, fastShrinkOnLoad: true },
    },
    ranges: { width: SIDE, height: SIDE, dpr: [1, 4] },
    choices: {
      fit: ['cover', 'contain', 'fill', 'inside', 'outside'],
      position: [...POSITIONS, 'attention', 'entropy', 'focus'],
      kernel: [
        ...['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'],
        ...['mks2013', 'mks2021'],
      ],
      otherwise: [],
    },
    accepted: [
      { height: 1, position: 'focus', focus: { x: 0, y: 1 } },
      { height: 1, position: 'focus', otherwise: 'west' },
    ],
    refused: [
      [{}, ': needs a width, a height or both'],
      [{ width: 9, focus: { x: 0, y: 0 } }, ': focus and otherwise require position: focus'],
      [{ width: 9, otherwise: 'west' }, ': focus and otherwise require position: focus'],
      [
        { width: 9, position: 'focus', focus: { x: 0, y: 0 }, otherwise: 'west' },
        ': needs focus or otherwise, not both',
      ],
    ],
  },
  crop: {
    given: { width: 9, height: '9%' },
    choices: { otherwise: ['reject', 'clamp'] },
    accepted: [
      { left: 0, top: '100%', width: 1, height: '0.1%' },
      { aspectRatio: '1.85:10', gravity: 'right bottom' },
      { aspectRatio: '16:9.25', focus: { x: 0, y: 1 } },
    ],
    refused: [
      ...['16:', 'x1:1', '1:1x', '1', '1.:1'].map(
        (aspectRatio) => [{ aspectRatio }, 'aspectRatio: expected WIDTH:HEIGHT'] as const,
      ),
      [{ aspectRatio: '1:0' }, 'aspectRatio: expected two numbers above 0'],
      [{ height: 5 }, ': needs width and height'],
      [{ width: 5 }, ': needs width and height'],
      [{ width: '0%', height: 0 }, 'width: expected more than 0', 'height: expected more than 0'],
      [{ width: 5, height: 5, gravity: 'north' }, ': gravity and focus require aspectRatio'],
      [{ width: 5, height: 5, focus: { x: 0, y: 0 } }, ': gravity and focus require aspectRatio'],
      [{ aspectRatio: '1:1', left: 0 }, ': aspectRatio can be combined with gravity or focus'],
      [{ aspectRatio: '1:1', otherwise: 'clamp' }, ': otherwise requires width and height'],
      [
        { aspectRatio: '1:1', gravity: 'north', focus: { x: 0, y: 0 } },
        ': needs gravity or focus, not both',
      ],
    ],
  },
  trim: {
    defaults: { threshold: 10, lineArt: false, margin: 0 },
    ranges: { threshold: LEVEL, margin: EDGE },
    choices: { otherwise: ['keep', 'reject'] },
  },
  deskew: {
    defaults: { limit: 15, least: 0.1, background: WHITE },
    ranges: { limit: [1, 30], least: [0, 10] },
  },
  extend: {
    defaults: {
      ...{ top: 0, bottom: 0, left: 0, right: 0 },
      ...{ extendWith: 'background', background: BLACK },
    },
    ranges: { top: EDGE, bottom: EDGE, left: EDGE, right: EDGE },
    choices: { extendWith: ['background', 'copy', 'repeat', 'mirror'] },
  },
  flip: {},
  flop: {},
  blur: {
    given: { sigma: 2 },
    defaults: { precision: 'integer', minAmplitude: 0.2 },
    ranges: { sigma: [0.3, 1000], minAmplitude: [0.001, 1] },
    choices: { precision: ['integer', 'float', 'approximate'] },
    accepted: [{}],
    refused: [
      [{ precision: 'float' }, 'precision: precision requires sigma'],
      [{ minAmplitude: 0.5 }, 'minAmplitude: minAmplitude requires sigma'],
    ],
  },
  sharpen: {
    given: { sigma: 2 },
    defaults: { m1: 1, m2: 2, x1: 2, y2: 10, y3: 20 },
    ranges: {
      ...{ sigma: [0.000001, 10], m1: SHARPENING, m2: SHARPENING },
      ...{ x1: SHARPENING, y2: SHARPENING, y3: SHARPENING },
    },
    accepted: [{}],
    refused: [[{ m1: 2, y3: 1 }, 'm1: m1 requires sigma', 'y3: y3 requires sigma']],
  },
  median: { defaults: { size: 3 }, ranges: { size: [1, 1000] } },
  modulate: {
    defaults: { brightness: 1, saturation: 1, hue: 0, lightness: 0 },
    ranges: {
      ...{ brightness: [0, Infinity], saturation: [0, Infinity] },
      ...{ hue: [-360, 360], lightness: [-100, 100] },
    },
  },
  grayscale: {},
  tint: { given: { colour: 'red' } },
  colourmap: {
    given: { map: 'grey' },
    defaults: { reverse: false },
    choices: { map: ['grey', 'viridis', 'magma', 'heat'] },
  },
  normalise: {
    defaults: { lower: 1, upper: 99 },
    accepted: [
      { lower: 0, upper: 1 },
      { lower: 99, upper: 100 },
    ],
    refused: [
      [{ lower: -1 }, 'lower: '],
      [{ upper: 101 }, 'upper: '],
      [{ lower: 50, upper: 50 }, ': lower must be less than upper'],
    ],
  },
  gamma: { defaults: { gamma: 2.2, gammaOut: 1 }, ranges: { gamma: [1, 3], gammaOut: [1, 3] } },
  levels: {
    defaults: { black: 0, white: 255, gamma: 1, outputBlack: 0, outputWhite: 255 },
    ranges: { gamma: [0.1, 10], outputBlack: LEVEL, outputWhite: LEVEL },
    accepted: [{ black: [0, 0, 254] }, { gamma: [0.1, 10, 1] }],
    refused: [
      [{ black: [0, 0, 255] }, ': black must be less than white'],
      [{ white: 0 }, ': black must be less than white'],
      [{ gamma: [1, 1] }, 'gamma: expected a number, or three of them'],
    ],
  },
  binarise: {
    defaults: { threshold: 'otsu' },
    given: { threshold: 'sauvola' },
    ranges: { threshold: LEVEL, window: [3, 999], k: [0, 1] },
    choices: { threshold: ['otsu', 'sauvola'] },
    refused: [
      [{ threshold: 'some' }, 'threshold: expected otsu, sauvola, or a number'],
      [{ threshold: 'sauvola', window: 4 }, 'window: expected an odd number'],
      [{ window: 5, k: 1 }, 'window: window requires threshold', 'k: k requires threshold'],
    ],
  },
  negate: { defaults: { alpha: true } },
  flatten: { defaults: { background: BLACK } },
  mask: {
    defaults: { shape: 'rounded', radius: '10%' },
    ranges: { radius: [0, Infinity] },
    accepted: [{ radius: '0%' }, { radius: '49.9%' }, { radius: '50.0%' }],
    refused: ['50.1%', '51%', '5'].map((radius) => [{ radius }, 'radius: expected pixels']),
    choices: { shape: ['rounded', 'circle'] },
  },
  watermark: {
    given: { image: 'logo.png' },
    defaults: {
      ...{ width: '25%', opacity: 1, angle: 0, blend: 'over', gravity: 'southeast' },
      ...{ margin: '3%', tile: false },
    },
    ranges: { opacity: [0, 1], angle: [-360, 360] },
    choices: {
      blend: [
        ...['over', 'atop', 'add', 'multiply', 'screen', 'overlay', 'darken', 'lighten'],
        ...['colour-dodge', 'color-dodge', 'colour-burn', 'color-burn', 'hard-light'],
        ...['soft-light', 'difference', 'exclusion'],
      ],
      gravity: POSITIONS,
    },
    accepted: [{ text: 'Ада – Ελλάδα ½' }, { text: '猫', font: 'a.ttf', colour: 'red' }],
    refused: [
      [{}, ': needs image or text, one of them'],
      [{ image: 'a.png', text: 'b' }, ': needs image or text, one of them'],
      [{ image: 'a.png', colour: 'red' }, ': font and colour go with text'],
      [{ image: 'a.png', font: 'a.ttf' }, ': font and colour go with text'],
      [{ text: ' \n' }, 'text: expected a text with at least one visible character'],
      [{ text: 'A'.repeat(201) }, 'text: '],
      [{ text: '猫' }, 'text: Open Sans has no "猫"'],
      [{ text: 'A', width: '101%' }, 'width: expected 0% to 100%'],
      [{ text: 'A', margin: 5 }, 'margin: expected 0% to 100%'],
    ],
  },
  montage: {
    defaults: { gap: 0, background: WHITE },
    ranges: { columns: [1, 1000], gap: [0, 1000] },
  },
  colourspace: { defaults: { space: 'srgb' }, choices: { space: ['srgb', 'p3', 'keep'] } },
  metadata: {
    defaults: { keep: [] },
    accepted: [
      { keep: ['exif', 'gps', 'copyright', 'xmp', 'icc', 'resolution', 'Artist'] },
      { keep: ['gainMap'] },
    ],
    refused: [
      [{ keep: ['xmp', 'gainMap'] }, 'keep: xmp and gainMap cannot be combined'],
      [{ keep: [''] }, 'keep.0: '],
    ],
  },
  encode: {
    given: { format: 'source' },
    accepted: [
      { format: 'jpeg', progressive: false, maxBytes: 1, otherwise: 'exceed' },
      { format: 'jpeg', optimiseScans: true },
      { format: 'png', palette: true, maxBytes: 1, quality: 5, colours: 2, dither: 0, effort: 1 },
      { format: 'tiff', compression: 'jpeg', quality: 5, maxBytes: 1 },
      { format: 'webp', lossless: true, quality: 5 },
      { format: 'smallest', of: ['webp', { format: 'jpeg', mozjpeg: true }] },
    ],
    refused: [
      [{ format: 'heif' }, 'format: the installed sharp has no encoder for HEIC; supported: jpeg'],
      [{ format: 'jxl' }, 'format: the installed sharp has no encoder for JPEG XL'],
      [{ format: 'bmp' }, 'format: Invalid'],
      [{ format: ['jxl'] }, 'format: Invalid'],
      [{}, 'format: Invalid'],
      [{ format: 'jpeg', otherwise: 'exceed' }, 'otherwise: otherwise requires maxBytes'],
      [{ format: 'png', otherwise: 'exceed' }, 'otherwise: otherwise requires maxBytes'],
      [{ format: 'jpeg', quality: 0 }, 'quality: Too small'],
      [{ format: 'jpeg', quality: 'best' }, 'quality: expected a number from 1 to 100'],
      [{ format: 'jpeg', optimiseScans: true, progressive: false }, ': optimiseScans writes'],
      [
        { format: 'webp', lossless: true, quality: { ssim: 0.9 } },
        'quality: a lossless file keeps every pixel',
      ],
      [{ format: 'avif', lossless: true, maxBytes: 9 }, 'maxBytes: a lossless file keeps'],
      [{ format: 'png', maxBytes: 9 }, 'maxBytes: a PNG has no quality to lower'],
      [{ format: 'png', colours: 9 }, 'colours: a PNG has colours only with a palette'],
      [{ format: 'tiff', maxBytes: 9 }, 'maxBytes: a lossless TIFF has no quality to lower'],
      [{ format: 'tiff', quality: 9 }, 'quality: a lossless TIFF has no quality'],
      [{ format: 'smallest', of: ['webp'] }, 'of: '],
      [{ format: 'smallest', of: ['webp', 5] }, 'of.1: expected a format (jpeg, png'],
      [{ format: 'smallest', of: ['webp', 'pdf'] }, 'of.1: expected a format (jpeg, png'],
      [{ format: 'smallest', of: ['webp', null] }, 'of.1: options: Invalid'],
      [{ format: 'smallest', of: ['webp', {}] }, 'of.1: format: Invalid'],
      [{ format: 'smallest', of: ['webp', { format: 'jpeg', quality: 0 }] }, 'of.1.quality: Too'],
    ],
  },
};

test('all transforms are listed here', () => {
  expect(Object.keys(OPTIONS)).toEqual(builtinTransforms.map(({ name }) => name));
});

/** The options of a transform whose module is loaded anew: a module makes them once, and mutation tests keep modules. */
async function freshOptions(name: string): Promise<z.ZodType> {
  const file = `./${name}.ts?${Date.now()}`;
  const module = (await import(/* @vite-ignore */ file)) as Record<string, Transform>;
  return module[name]?.options ?? z.never();
}

describe.each(Object.keys(OPTIONS))('%s', (name) => {
  const { given = {}, defaults = {}, ranges = {}, choices = {}, ...examples } = OPTIONS[name] ?? {};

  test('has its defaults, ranges and choices, and shows them in the documentation', async () => {
    const schema = await freshOptions(name);
    const accepts = (more: object) => schema.safeParse({ ...given, ...more }).success;

    expect(schema.parse(given)).toEqual({ ...defaults, ...given });
    const isComplete = Object.keys(given).every((option) => option in defaults);
    if (isComplete) expect(schema.parse({})).toEqual(defaults);

    for (const [option, [least, greatest]] of Object.entries(ranges)) {
      expect(accepts({ [option]: least }), `${option}: ${least}`).toBe(true);
      expect(accepts({ [option]: least - 1 }), `${option}: ${least - 1}`).toBe(false);
      if (greatest === Infinity) continue;
      expect(accepts({ [option]: greatest }), `${option}: ${greatest}`).toBe(true);
      expect(accepts({ [option]: greatest + 1 }), `${option}: ${greatest + 1}`).toBe(false);
    }

    for (const [option, values] of Object.entries(choices)) {
      for (const value of values)
        expect(accepts({ [option]: value }), `${option}: ${String(value)}`).toBe(true);
      expect(accepts({ [option]: 'something else' }), option).toBe(false);
      expect(accepts({ [option]: '' }), option).toBe(false);
    }

    for (const example of examples.accepted ?? [])
      expect(schema.safeParse(example).success, JSON.stringify(example)).toBe(true);
    for (const [example, ...problems] of examples.refused ?? []) {
      const { issues = [] } = schema.safeParse(example).error ?? {};
      const found = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      expect(found).toEqual(problems.map((problem) => expect.stringContaining(problem) as string));
      // From the beginning: an option before it would be another one.
      for (const [index, problem] of problems.entries())
        expect(found[index]?.startsWith(problem), `${found[index]}, not ${problem}`).toBe(true);
    }

    const { description, examples: shownExamples } = schema.meta() ?? {};
    expect(description).toMatch(/\S\.$/);
    expect(shownExamples).not.toHaveLength(0);
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
    for (const [option, shown] of Object.entries(properties))
      expect(shown, option).toHaveProperty('description', expect.stringMatching(/\S/));
    for (const example of shownExamples as readonly object[]) {
      expect(schema.safeParse(example).success, JSON.stringify(example)).toBe(true);
      if (Object.keys(properties).length > 0) expect(example).not.toEqual({});
      // Words are shown although they are the default.
      for (const [option, value] of Object.entries(example))
        if (typeof value !== 'string') expect(value, option).not.toEqual(defaults[option]);
    }
  });
});
