import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import {
  builtinTransforms,
  createCatalog,
  type MeasuredChannel,
  MEASURES,
} from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { inDigits, renderAll, renderOne } from '@darkroom/transforms/testing';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { ALLOWED } from './attributes.ts';
import { dicom } from './dicom.ts';
import {
  attribute,
  dicomFile,
  fragments,
  item,
  openSequence,
  SYNTAX,
} from './testing/dicom-writer.ts';
import { badMarkedFiles, MARKER, markedFile } from './testing/marked-file.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog, decoders: [dicom] });
const PNG = { encode: 'png' };
/** 16 bits stay 16 bits. */
const KEEP = { colourspace: 'keep' };
const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const fixture = (file: string) => readFileSync(path.join(FIXTURES, file));

/** Each reference: `NAME-pN.png` is frame N of `NAME.dcm` as pydicom shows it (fixtures/make.py). */
const PAGES = readdirSync(FIXTURES).flatMap((file) => {
  const [, name = '', page = '1'] = /^(.+)-p(\d+)\.png$/.exec(file) ?? [];
  return name ? [{ name, page: Number(page) }] : [];
});

/** From 0 to 1; of grey pictures, one of each pixel. */
async function samples(file: Uint8Array, colours: 1 | 3): Promise<Float64Array> {
  const image = sharp(file);
  const { depth, channels } = await image.metadata();
  const isDeep = depth === 'ushort';
  image.toColourspace(isDeep ? (channels < 3 ? 'grey16' : 'rgb16') : channels < 3 ? 'b-w' : 'srgb');
  if (colours === 1 && channels > 1) image.extractChannel(0);
  const data = await image.raw({ depth: isDeep ? 'ushort' : 'uchar' }).toBuffer();
  const levels = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return Float64Array.from(levels, (level) => level / (isDeep ? 65_535 : 255));
}

async function rendered(source: Uint8Array, page: number, ...steps: unknown[]) {
  const facts = await engine.inspect(source, page);
  const variants = [{ name: 'one', steps: catalog.stepsSchema.parse([...steps, KEEP, PNG]) }];
  for await (const made of engine.render({ source, facts, recipe: 'scans', variants })) {
    if (made.kind === 'output') return made.bytes;
  }
  throw new Error('no output');
}

describe('pixels are those of pydicom', () => {
  // A level is 1/255 or 1/65,535; lossy codecs round in their own way.
  const bound = (name: string) => (/baseline|img2dcm|near/.test(name) ? 0.01 : 0.6 / 255);
  test.each(PAGES)('$name, frame $page', async ({ name, page }) => {
    const reference = fixture(`${name}-p${page}.png`);
    const colours = (await sharp(reference).metadata()).channels === 3 ? 3 : 1;
    const expected = await samples(reference, colours);
    const own = await samples(await rendered(fixture(`${name}.dcm`), page), colours);
    expect(own).toHaveLength(expected.length);
    const squares = own.reduce(
      (sum, level, index) => sum + (level - (expected[index] ?? 0)) ** 2,
      0,
    );
    expect(Math.sqrt(squares / own.length)).toBeLessThan(bound(name));
  });
});

/** Samples of 0 to 255, one of each pixel. */
async function levels(source: Uint8Array, ...steps: unknown[]): Promise<number[]> {
  const { bytes } = await renderOne(engine, catalog, source, [...steps, PNG]);
  return [...(await sharp(bytes).extractChannel(0).raw().toBuffer())];
}

const outcome = (source: Uint8Array, page = 1) =>
  rendered(source, page).then(
    () => 'done',
    ({ code, message }: { code?: string; message: string }) => `${code}: ${message}`,
  );

describe('facts', () => {
  test('are those of the first frame', async () => {
    expect(await engine.inspect(fixture('frames.dcm'))).toMatchObject({
      ...{ format: 'dicom', width: 60, height: 44, pages: 3, hasAlpha: false, orientation: 1 },
    });
  });

  test('a frame that is not there is damage', async () => {
    await expect(engine.inspect(fixture('frames.dcm'), 4)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
    });
  });

  test('16 bits stay 16 bits, in PNG and TIFF', async () => {
    for (const encode of ['png', 'tiff']) {
      const { bytes } = await renderOne(engine, catalog, fixture('ct.dcm'), [KEEP, { encode }]);
      expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    }
  });
});

describe('the window', () => {
  const grey = (...changes: Buffer[]) =>
    dicomFile(
      Object.fromEntries(
        changes.map((one) => [one.readUInt16LE(0) * 65_536 + one.readUInt16LE(2), one]),
      ),
    );
  const centre = (text: string) => attribute(ALLOWED.WindowCenter, 'DS', text);
  const width = (text: string) => attribute(ALLOWED.WindowWidth, 'DS', text);

  test('without one, pixels of 8 bits are as they are', async () => {
    expect(await levels(grey())).toEqual([0, 30, 60, 90, 120, 150, 180, 210]);
  });

  test('is the first one of the file', async () => {
    const file = grey(centre('105.5\\20'), width('211\\10'));
    expect(await levels(file)).toEqual([0, 36, 73, 109, 146, 182, 219, 255]);
  });

  test('of the recipe counts in the units of the file', async () => {
    const file = grey(
      attribute(ALLOWED.RescaleSlope, 'DS', '2'),
      attribute(ALLOWED.RescaleIntercept, 'DS', '-1000'),
    );
    const window = { centre: -880, width: 120, shape: 'exact' };
    expect(await levels(file, { window })).toEqual(
      [0, 0, 0, 0, 64, 127, 191, 255].map((_, index) =>
        Math.round(255 * Math.min(1, Math.max(0, (-1000 + 60 * index + 880) / 120 + 0.5))),
      ),
    );
  });

  test('of no width is ignored', async () => {
    expect(await levels(grey(centre('100'), width('0')))).toEqual(await levels(grey()));
  });

  test('of a frame wins over that of all frames', async () => {
    const window = (tag: number, at: string) =>
      attribute(
        tag,
        'SQ',
        item(
          attribute(
            ALLOWED.FrameVOILUTSequence,
            'SQ',
            item(Buffer.concat([centre(at), width('1')])),
          ),
        ),
      );
    const shared = window(ALLOWED.SharedFunctionalGroupsSequence, '100.5');
    expect(await levels(grey(shared))).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
    const own = window(ALLOWED.PerFrameFunctionalGroupsSequence, '40.5');
    expect(await levels(grey(shared, own))).toEqual([0, 0, 255, 255, 255, 255, 255, 255]);
  });
});

/** By numpy, of the values of pydicom (fixtures/facts.py). */
const FACTS = JSON.parse(fixture('facts.json').toString()) as Record<string, MeasuredChannel>;

test.each(Object.entries(FACTS))('%s has the facts that numpy measures', async (name, wanted) => {
  const measures = [...MEASURES];
  const steps = { one: [{ window: { centre: 60, width: 300 } }, PNG] };
  const { channels } = await renderAll(engine, catalog, fixture(`${name}.dcm`), steps, {
    measures,
  });
  expect(inDigits(channels)).toEqual(inDigits([wanted]));
});

describe('text in the pixels', () => {
  const burned = dicomFile({
    [ALLOWED.BurnedInAnnotation]: attribute(ALLOWED.BurnedInAnnotation, 'CS', 'YES'),
  });

  test('that the file declares rejects it', async () => {
    await expect(engine.inspect(burned)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('BurnedInAnnotation is YES') as string,
    });
  });

  test('may be allowed', async () => {
    const facts = await engine.inspect(burned, 1, { dicom: { burnedIn: 'allow' } });
    const variants = [{ name: 'one', steps: catalog.stepsSchema.parse([PNG]) }];
    for await (const made of engine.render({ source: burned, facts, recipe: 'scans', variants })) {
      if (made.kind === 'output') expect(made).toMatchObject({ width: 4, height: 2 });
    }
    expect.assertions(1);
  });
});

describe('attributes', () => {
  /** Everything that leaves the engine. */
  async function traces(source: Uint8Array): Promise<string> {
    const seen: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        seen.push(Buffer.from(chunk as string).toString('latin1'));
        return true;
      }),
    );
    try {
      const facts = await engine.inspect(source);
      seen.push(JSON.stringify(facts));
      const steps = catalog.stepsSchema.parse([
        { metadata: { keep: ['copyright', 'icc'] } },
        { encode: 'tiff' },
      ]);
      for await (const made of engine.render({
        source,
        facts,
        recipe: 'scans',
        variants: [{ name: 'one', steps }],
      })) {
        if (made.kind === 'output') seen.push(Buffer.from(made.bytes).toString('latin1'));
        seen.push(inspect(made, { depth: null }));
      }
    } catch (failure) {
      // With its causes, as logs have them.
      seen.push(inspect(failure, { depth: null, showHidden: true }));
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    return seen.join('\n');
  }

  test('the file of these tests holds the marker 25 times and more, and is read', async () => {
    expect(markedFile().toString('latin1').split(MARKER).length).toBeGreaterThan(25);
    expect(await traces(markedFile())).toContain('"format":"dicom"');
  });

  test('do not leave the engine', async () => {
    expect(await traces(markedFile())).not.toContain('Marker');
  });

  test.each(badMarkedFiles())('do not leave it if they are in place of %s', async (_, file) => {
    expect(await traces(file)).not.toContain('Marker');
  });

  test('do not leave it if the file is cut off or changed', async () => {
    const file = markedFile();
    let state = 24;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let at = 140; at < file.length; at += 7) {
      const changed = Buffer.from(file);
      changed[at] = random(256);
      for (const one of [file.subarray(0, at), changed]) {
        expect(await traces(one), `at ${at}`).not.toContain('Marker');
      }
    }
  }, 60_000);
});

describe('a lie of the header', () => {
  const changed = (tag: number, value: Buffer) => dicomFile({ [tag]: value });
  const short = (keyword: keyof typeof ALLOWED, value: number) =>
    changed(ALLOWED[keyword], attribute(ALLOWED[keyword], 'US', value));
  const jpeg = () =>
    sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer();

  const lies: [string, Buffer, string][] = [
    ['more rows', short('Rows', 3), '1 × 4×3 pixels need 12 bytes, and its pixel data has 8'],
    ['no columns', short('Columns', 0), 'it has 0×2 pixels'],
    [
      'more frames',
      changed(ALLOWED.NumberOfFrames, attribute(ALLOWED.NumberOfFrames, 'IS', '2')),
      '2 × 4×2 pixels need 16 bytes, and its pixel data has 8',
    ],
    [
      'frames without end',
      changed(ALLOWED.NumberOfFrames, attribute(ALLOWED.NumberOfFrames, 'IS', '-1')),
      'NumberOfFrames is not a number of frames',
    ],
    [
      'more bits than there are',
      short('BitsStored', 12),
      'BitsStored 12 and HighBit 7 do not fit BitsAllocated 8',
    ],
    [
      'colours',
      short('SamplesPerPixel', 3),
      'SamplesPerPixel 3 does not fit its PhotometricInterpretation',
    ],
    [
      'a length behind the end',
      changed(ALLOWED.PixelData, attribute(ALLOWED.PixelData, 'OB', Buffer.alloc(8), 1 << 30)),
      'an attribute is longer than the file',
    ],
    [
      'fragments without compression',
      changed(ALLOWED.PixelData, fragments(Buffer.alloc(8))),
      'its pixel data is in fragments, unlike its transfer syntax',
    ],
  ];
  test.each(lies)('%s is damage', async (_, file, message) => {
    expect(await outcome(file)).toBe(`CORRUPT_IMAGE: the dicom: ${message}`);
  });

  test('another size than that of a frame is damage', async () => {
    const file = dicomFile(
      { [ALLOWED.PixelData]: fragments(await jpeg()) },
      { syntax: SYNTAX.jpeg },
    );
    expect(await outcome(file)).toBe(
      'CORRUPT_IMAGE: the dicom: a frame has 8×8 pixels of 3 samples, and the attributes say 4×2 of 1',
    );
  });

  test('fewer fragments than frames are damage', async () => {
    const frames = attribute(ALLOWED.NumberOfFrames, 'IS', '3');
    const file = dicomFile(
      { [ALLOWED.NumberOfFrames]: frames, [ALLOWED.PixelData]: fragments(await jpeg()) },
      { syntax: SYNTAX.jpeg },
    );
    expect(await outcome(file)).toBe(
      'CORRUPT_IMAGE: the dicom: NumberOfFrames is 3, and its pixel data has 1 fragments',
    );
  });

  test('a deflated data set that grows without end is too large', async () => {
    const zeros = deflateRawSync(Buffer.alloc(130 * 1024 * 1024), { level: 1 });
    const file = Buffer.concat([
      dicomFile({}, { syntax: '1.2.840.10008.1.2.1.99' }).subarray(0, 132),
      attribute(ALLOWED.TransferSyntaxUID, 'UI', '1.2.840.10008.1.2.1.99'),
      zeros,
    ]);
    expect(await outcome(file)).toMatch(
      /^TOO_LARGE: the dicom: it inflates to more than 134217728 bytes/,
    );
  });

  test('sequences inside each other without end are too large', async () => {
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 40; depth += 1)
      nested = Buffer.from(openSequence(0x0008_1140, nested));
    expect(await outcome(changed(0x0008_1140, nested))).toBe(
      'TOO_LARGE: the dicom: its sequences are nested too deeply',
    );
  });
});

describe('what is not supported says so', () => {
  const files: [string, Buffer, string][] = [
    [
      'progressive JPEG of 12 bits',
      dicomFile(
        { [ALLOWED.PixelData]: fragments(Buffer.from('ffd8ffc2000b0c0002000401011100', 'hex')) },
        { syntax: '1.2.840.10008.1.2.4.51' },
      ),
      'JPEG of 12 bits is not supported; of 12 bits, grey sequential frames are',
    ],
    [
      'video',
      dicomFile({}, { syntax: '1.2.840.10008.1.2.4.102' }),
      'its transfer syntax is not supported: video',
    ],
    ['a report', dicomFile({ [ALLOWED.PixelData]: Buffer.alloc(0) }), 'it has no pixel data'],
    [
      'a data set alone',
      dicomFile(
        { 0x0008_0005: attribute(0x0008_0005, 'CS', 'ISO_IR 100') },
        { preamble: Buffer.alloc(0) },
      ).subarray(40),
      'it does not state its transfer syntax in a file meta header',
    ],
  ];
  test.each(files)('%s', async (_, file, message) => {
    expect(await outcome(file)).toBe(`UNSUPPORTED_FORMAT: the dicom: ${message}`);
  });
});

describe('detection', () => {
  test('finds a file without the preamble', async () => {
    expect(await levels(dicomFile({}, { preamble: Buffer.alloc(0) }))).toHaveLength(8);
  });

  test('finds a file whose preamble is the header of a TIFF', async () => {
    const preamble = Buffer.alloc(128, 'II*\0');
    expect((await engine.inspect(dicomFile({}, { preamble }))).format).toBe('dicom');
    await expect(
      createEngine({ catalog }).inspect(dicomFile({}, { preamble })),
    ).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
    });
  });

  test.each(['', 'DICM', '\x08\0\x05\0', 'text'])('leaves %j to others', (text) => {
    expect(dicom.detect(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});

// The engine goes on with the next upload after each of them.
test('changed bytes never do more than reject their own file', async () => {
  const names = [...new Set(PAGES.map(({ name }) => name))];
  let state = 24;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let round = 0; round < 150; round += 1) {
    const name = names[random(names.length)] ?? '';
    const file = Buffer.from(fixture(`${name}.dcm`));
    for (let change = 1 + random(6); change > 0; change -= 1)
      file[132 + random(file.length - 132)] = random(256);
    expect(await outcome(file), `${name}, round ${round}`).toMatch(
      /^done$|^(?:CORRUPT_IMAGE|UNSUPPORTED_FORMAT|TOO_LARGE): /,
    );
  }
  expect(await outcome(fixture('ct.dcm'))).toBe('done');
}, 120_000);

test('docs/formats.md lists the attributes that are read', () => {
  const docs = readFileSync(path.join(import.meta.dirname, '../../../docs/formats.md'), 'utf8');
  const [, list = ''] = /### What of it leaves Darkroom\n([\s\S]*?)\nManifests/.exec(docs) ?? [];
  const missing = Object.keys(ALLOWED).filter(
    (keyword) => !list.includes(`\`${keyword}\``) && !keyword.includes('PaletteColorLookupTable'),
  );
  expect(missing).toEqual([]);
});
