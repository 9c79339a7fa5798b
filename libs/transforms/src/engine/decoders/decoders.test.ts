import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import {
  type DecodedPixels,
  type Decoder,
  type DecoderHeader,
  defineDecoder,
} from '../../define-decoder.ts';
import { NO_PLACEHOLDER } from '../../image-engine.ts';
import { renderAll, renderOne } from '../../testing/render.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const UPLOAD = Buffer.from('TOY 4x2');
const HEADER: DecoderHeader = {
  ...{ width: 4, height: 2, channels: 3, depth: 8 },
  cost: { cpuSeconds: 1.5, memory: 300 },
};
const PIXELS: DecodedPixels = {
  ...{ width: 4, height: 2, channels: 3 },
  data: Uint8Array.from({ length: 24 }, (_, index) => 10 * index),
};

/** A decoder of files that begin with `TOY`. */
function toy(changes: Partial<Decoder> = {}): Decoder {
  return defineDecoder({
    name: 'toy',
    version: 1,
    formats: ['toy'],
    detect: (start) => (Buffer.from(start).toString('latin1', 0, 3) === 'TOY' ? 'toy' : undefined),
    header: () => Promise.resolve(HEADER),
    read: () => Promise.resolve(PIXELS),
    ...changes,
  });
}

const engineWith = (decoder: Decoder, stepTimeout = 20_000) =>
  createEngine({ catalog, decoders: [decoder], stepTimeout });
const render = (decoder: Decoder, ...steps: readonly unknown[]) =>
  renderOne(engineWith(decoder), catalog, UPLOAD, [...steps, { encode: 'png' }]);

async function raw(file: Uint8Array): Promise<number[]> {
  return [...(await sharp(file).raw().toBuffer())];
}

describe('an upload of a decoder’s format', () => {
  test('has the facts of its header, and gives the decoder’s pixels', async () => {
    const facts = await engineWith(toy()).inspect(UPLOAD);
    expect(facts).toEqual({
      ...{ format: 'toy', width: 4, height: 2, orientation: 1, pages: 1, bytes: 7 },
      ...{ hasAlpha: false, progressive: false },
      coding: { depth: 8, space: 'rgb', profile: 'none' },
      structure: {
        ...{ format: 'decoded', bytes: 7, width: 4, height: 2, channels: 3, depth: 8 },
        reading: HEADER.cost,
      },
    });
    expect(await raw((await render(toy())).bytes)).toEqual([...PIXELS.data]);
  });

  test('may have 16 bits, alpha and grey', async () => {
    const data = Uint16Array.from({ length: 16 }, (_, index) => 4000 * index);
    const deep = toy({
      header: () => Promise.resolve({ ...HEADER, channels: 2, depth: 16 }),
      read: () => Promise.resolve({ ...PIXELS, channels: 2, data }),
    });
    const { bytes } = await render(deep, { colourspace: 'keep' });
    expect(await sharp(bytes).metadata()).toMatchObject({ depth: 'ushort', hasAlpha: true });
  });

  test('costs what its header says, in addition to the work on its pixels', async () => {
    const engine = engineWith(toy());
    const facts = await engine.inspect(UPLOAD);
    const variants = [{ name: 'one', steps: catalog.stepsSchema.parse([{ encode: 'png' }]) }];
    const { decoding, memory } = engine.estimate({ facts, recipe: 'photos', variants });
    expect(decoding?.cpuSeconds).toBeGreaterThan(1.5);
    expect(decoding?.cpuSeconds).toBeLessThan(1.6);
    expect(decoding?.memory).toBeGreaterThan(300);
    expect(memory).toBeGreaterThan(360);
  });

  test('has no known cost before its header is read, and no decoder runs', async () => {
    const decoder = toy({ header: () => Promise.reject(new Error('must not run')) });
    expect(await engineWith(decoder).survey(UPLOAD)).toEqual({ format: 'toy' });
  });

  test('is not supported without its decoder', async () => {
    await expect(createEngine({ catalog }).inspect(UPLOAD)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    });
  });

  test('`encode: source` gives PNG', async () => {
    const { format } = await renderOne(engineWith(toy()), catalog, UPLOAD, [{ encode: 'source' }]);
    expect(format).toBe('png');
  });

  test('keeps EXIF without its orientation', async () => {
    const { exif } = await sharp({
      create: { width: 1, height: 1, channels: 3, background: '#fff' },
    })
      .withExif({ IFD0: { Model: 'Model 24' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
      .then((file) => sharp(file).metadata());
    const header = { ...HEADER, exif: (exif ?? Buffer.alloc(0)).subarray('Exif\0\0'.length) };
    const decoder = toy({ header: () => Promise.resolve(header) });
    expect(await engineWith(decoder).inspect(UPLOAD)).toMatchObject({
      ...{ orientation: 1, width: 4, camera: 'Model 24' },
    });
  });
});

describe('what a header says of its pixels', () => {
  const exifOf = async (format: 'png' | 'jpeg', orientation?: number) => {
    const picture = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } });
    const tagged = picture.withExif({ IFD0: { Model: 'Model 24' } });
    const file = await (orientation ? tagged.withMetadata({ orientation }) : tagged)
      .toFormat(format)
      .toBuffer();
    const { exif } = await sharp(file).metadata();
    return (exif ?? Buffer.alloc(0)).subarray('Exif\0\0'.length);
  };

  test.each([
    ['no EXIF', undefined],
    ['EXIF of another orientation', 3],
    ['EXIF without one', 0],
  ])('its orientation is applied, with %s', async (_, tagged) => {
    const exif = tagged === undefined ? undefined : await exifOf('jpeg', tagged);
    const header = { ...HEADER, orientation: 6, ...(exif && { exif }) };
    const decoder = toy({ header: () => Promise.resolve(header) });
    expect(await engineWith(decoder).inspect(UPLOAD)).toMatchObject({
      ...{ width: 2, height: 4, orientation: 6 },
      ...(exif && { camera: 'Model 24' }),
    });
    const { bytes } = await render(decoder, { rotate: 'auto' });
    const upright = await sharp(PIXELS.data, { raw: { width: 4, height: 2, channels: 3 } })
      .rotate(90)
      .raw()
      .toBuffer();
    expect(await raw(bytes)).toEqual([...upright]);
  });

  test('its density is the resolution', async () => {
    const decoder = toy({ header: () => Promise.resolve({ ...HEADER, density: 300 }) });
    expect((await engineWith(decoder).inspect(UPLOAD)).resolution).toEqual({
      ...{ x: 300, y: 300 },
    });
  });

  test.each([{ orientation: 9 }, { density: 0 }, { density: NaN }])(
    '%j is a damaged header',
    async (wrong) => {
      const decoder = toy({ header: () => Promise.resolve({ ...HEADER, ...wrong }) });
      await expect(engineWith(decoder).inspect(UPLOAD)).rejects.toMatchObject({
        code: 'CORRUPT_IMAGE',
      });
    },
  );
});

describe('a decoder that returns a file', () => {
  const picture = () => sharp(PIXELS.data, { raw: { width: 4, height: 2, channels: 3 } }).clone();
  const returning = (file: Uint8Array, header: Partial<DecoderHeader> = {}) =>
    toy({
      header: () => Promise.resolve({ ...HEADER, ...header }),
      read: () => Promise.resolve({ file }),
    });

  test.each(['png', 'tiff'] as const)('gives the pixels of the %s', async (format) => {
    const file = await picture().toFormat(format, { compression: 'lzw' }).toBuffer();
    expect(await raw((await render(returning(file))).bytes)).toEqual([...PIXELS.data]);
  });

  test('with the profile of its header', async () => {
    const file = await picture().withIccProfile('p3').png().toBuffer();
    const { icc = Buffer.alloc(0) } = await sharp(file).metadata();
    const { bytes } = await render(returning(file, { icc }));
    expect(await raw(bytes)).toEqual([...(await sharp(file).raw().toBuffer())]);
  });

  const wrong: [string, () => Promise<Uint8Array>, Partial<DecoderHeader>?][] = [
    ['another size', () => picture().resize(2, 4).png().toBuffer()],
    ['other channels', () => picture().ensureAlpha().png().toBuffer()],
    ['16 bits', () => picture().toColourspace('rgb16').png().toBuffer()],
    ['another profile', () => picture().withIccProfile('p3').png().toBuffer()],
    ['another orientation', () => picture().withMetadata({ orientation: 3 }).jpeg().toBuffer()],
    ['a format that is not one of those', () => picture().gif().toBuffer()],
    ['no picture', () => Promise.resolve(Buffer.from('nothing'))],
    [
      'colours by code points',
      () => picture().png().toBuffer(),
      { colours: { primaries: 12, transfer: 13 } },
    ],
  ];
  test.each(wrong)('of %s is one with a wrong header', async (_, file, header) => {
    await expect(render(returning(await file(), header))).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: 'the toy cannot be read: its header is wrong',
    });
  });

  test('that ends early is damaged', async () => {
    const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#159' } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    const decoder = returning(file.subarray(0, 6000), { width: 64, height: 64 });
    await expect(render(decoder)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

describe('a decoder with options', () => {
  const grey = (level: number): DecodedPixels => ({
    ...PIXELS,
    data: new Uint8Array(24).fill(level),
  });
  const decoder = defineDecoder({
    ...toy(),
    options: z.strictObject({ level: z.int().min(0).max(255).default(7) }),
    header: (_, { options: { level } }) =>
      Promise.resolve({ ...HEADER, cost: { cpuSeconds: level, memory: 0 } }),
    read: (_, { options: { level } }) => Promise.resolve(grey(level)),
  });
  const variants = [{ name: 'one', steps: catalog.stepsSchema.parse([{ encode: 'png' }]) }];

  test.each([
    [undefined, 7],
    [{}, 7],
    [{ other: { level: 3 } }, 7],
    [{ toy: { level: 9 } }, 9],
  ])('given %j reads with the level %i, header and pixels', async (given, level) => {
    const engine = engineWith(decoder);
    const facts = await engine.inspect(UPLOAD, 1, given);
    expect(facts.structure).toMatchObject({ options: { level }, reading: { cpuSeconds: level } });
    const request = { source: UPLOAD, facts, recipe: 'photos', variants };
    for await (const made of engine.render({ ...request, placeholder: NO_PLACEHOLDER })) {
      if (made.kind === 'output') expect(new Set(await raw(made.bytes))).toEqual(new Set([level]));
    }
  });
});

describe('a decoder of documents', () => {
  const sizes = [
    { width: 4, height: 2 },
    { width: 1, height: 3 },
  ] as const;
  const document = toy({
    header: (_, { page }) =>
      Promise.resolve({ ...HEADER, ...(sizes[page - 1] ?? sizes[0]), pages: 2 }),
    read: (_, { page }) => {
      const { width, height } = sizes[page - 1] ?? sizes[0];
      return Promise.resolve({
        ...{ width, height, channels: 3 },
        data: new Uint8Array(width * height * 3).fill(page),
      });
    },
  });

  test('has facts of each page', async () => {
    const engine = engineWith(document);
    expect(await engine.inspect(UPLOAD)).toMatchObject({ width: 4, height: 2, pages: 2 });
    expect(await engine.inspect(UPLOAD, 2)).toMatchObject({
      ...{ width: 1, height: 3, pages: 1, page: 2, bytes: UPLOAD.length },
    });
  });

  test('renders the page of the facts', async () => {
    const engine = engineWith(document);
    const facts = await engine.inspect(UPLOAD, 2);
    const variants = [{ name: 'one-p2', steps: catalog.stepsSchema.parse([{ encode: 'png' }]) }];
    for await (const made of engine.render({ source: UPLOAD, facts, recipe: 'scans', variants })) {
      if (made.kind === 'output') expect(await raw(made.bytes)).toEqual(Array(9).fill(2));
    }
    expect.assertions(1);
  });

  test('without the page is damaged', async () => {
    await expect(engineWith(document).inspect(UPLOAD, 3)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: 'page 3: the toy cannot be read: its header is damaged',
    });
  });
});

describe('a decoder that scales', () => {
  /** What it was asked for. */
  const sizes: (object | undefined)[] = [];
  const drawing = toy({
    scales: true,
    header: () =>
      Promise.resolve({
        ...{ ...HEADER, width: 40, height: 20 },
        cost: { cpuSeconds: 0, memory: 1, perMegapixel: { cpuSeconds: 1e6, memory: 0 } },
      }),
    read: (_, { size = { width: 40, height: 20 } }) => {
      sizes.push(size);
      const { width, height } = size;
      // One line, as sharp as it can be.
      const data = new Uint8Array(width * height * 3).fill(255);
      for (let y = 0; y < height; y += 1) data.fill(0, y * width * 3, y * width * 3 + 3);
      return Promise.resolve({ width, height, channels: 3, data });
    },
  });
  const NONE = { placeholder: NO_PLACEHOLDER };
  const made = async (variants: Readonly<Record<string, unknown>>) => {
    sizes.length = 0;
    const steps: Readonly<Record<string, unknown>> = Object.fromEntries(
      Object.entries(variants).map(([name, own]) => [name, [own, { encode: 'png' }]]),
    );
    const all = await renderAll(engineWith(drawing), catalog, UPLOAD, steps, NONE);
    return { ...all, sizes: [...sizes] };
  };

  test('draws once, at the largest size that the variants scale to', async () => {
    const { sizes, outputs } = await made({
      small: { resize: { width: 20 } },
      large: { resize: { width: 400 } },
      wide: { resize: { width: 100, height: 10 } },
    });
    expect(sizes).toEqual([{ width: 400, height: 200 }]);
    const large = outputs.get('large');
    expect(large).toMatchObject({ width: 400, height: 200 });
    // Enlarged pixels would be grey at the edge of the line.
    const levels = new Set(await raw(large?.bytes ?? Buffer.alloc(0)));
    expect(levels).toEqual(new Set([0, 255]));
    expect(outputs.get('small')).toMatchObject({ width: 20, height: 10 });
    expect(outputs.get('wide')).toMatchObject({ width: 100, height: 10 });
  });

  test('draws the parts that a resize cuts at the size of the whole', async () => {
    const { sizes, outputs } = await made({ square: { resize: { width: 100, height: 100 } } });
    expect(sizes).toEqual([{ width: 200, height: 100 }]);
    expect(outputs.get('square')).toMatchObject({ width: 100, height: 100 });
  });

  test('draws its own size for steps that count in pixels', async () => {
    const { sizes, outputs } = await made({
      part: { crop: { left: 0, top: 0, width: 10, height: 10 } },
      large: { resize: { width: 80 } },
    });
    expect(sizes).toEqual([{ width: 40, height: 20 }]);
    expect(outputs.get('part')).toMatchObject({ width: 10, height: 10 });
  });

  test('draws its own size if nothing scales', async () => {
    expect((await made({ same: { rotate: 'auto' } })).sizes).toEqual([{ width: 40, height: 20 }]);
  });

  test('draws no less than another variant needs, whose size is that of the page', async () => {
    const { sizes, outputs } = await made({
      same: { resize: { width: 40 } },
      large: { resize: { width: 80 } },
    });
    expect(sizes).toEqual([{ width: 80, height: 40 }]);
    expect(outputs.get('same')).toMatchObject({ width: 40, height: 20 });
  });

  test('does not enlarge what must not be enlarged', async () => {
    const { sizes } = await made({ one: { resize: { width: 400, withoutEnlargement: true } } });
    expect(sizes).toEqual([{ width: 40, height: 20 }]);
  });

  test('costs what the drawn size costs', async () => {
    const engine = engineWith(drawing);
    const facts = await engine.inspect(UPLOAD);
    const of = (width: number) => {
      const steps = catalog.stepsSchema.parse([{ resize: { width } }, { encode: 'png' }]);
      const variants = [{ name: 'one', steps }];
      return engine.estimate({ facts, recipe: 'plans', variants, ...NONE });
    };
    // A megapixel takes 10^6 CPU seconds.
    expect(of(40).decoding?.cpuSeconds).toBeCloseTo(800, 0);
    expect(of(400).decoding?.cpuSeconds).toBeCloseTo(80_000, 0);
    expect(of(40).drawn).toBeUndefined();
    expect(of(400).drawn).toEqual({ width: 400, height: 200 });
  });

  test('that returns another size than it is asked for has a wrong header', async () => {
    const stubborn = toy({ scales: true });
    await expect(render(stubborn, { resize: { width: 100 } })).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: 'the toy cannot be read: its header is wrong',
    });
  });
});

describe('formats that the engine knows', () => {
  test('never reach a decoder', async () => {
    const greedy = toy({ detect: () => 'toy' });
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    expect((await engineWith(greedy).inspect(png)).format).toBe('png');
  });
});

describe('a decoder that fails', () => {
  const outcome = (decoder: Decoder, stepTimeout = 20_000) =>
    renderOne(engineWith(decoder, stepTimeout), catalog, UPLOAD, [{ encode: 'png' }]).then(
      () => 'done',
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );
  const never = () => new Promise<never>(() => undefined);
  const ownError = () =>
    Promise.reject(Object.assign(new Error('it has a password'), { code: 'UNSUPPORTED_FORMAT' }));
  const fails = () => Promise.reject(new Error('secret'));

  test.each<[string, Partial<Decoder>, string]>([
    ['throws', { header: fails }, 'CORRUPT_IMAGE: the toy cannot be read: its header is damaged'],
    ['throws later', { read: fails }, 'CORRUPT_IMAGE: the toy cannot be read: its data is damaged'],
    ['rejects the file', { header: ownError }, 'UNSUPPORTED_FORMAT: the toy: it has a password'],
    ['rejects the data', { read: ownError }, 'UNSUPPORTED_FORMAT: the toy: it has a password'],
    [
      'finds no size',
      { header: () => Promise.resolve({ ...HEADER, width: 0 }) },
      'CORRUPT_IMAGE: the toy cannot be read: its header is damaged',
    ],
    [
      'finds no cost',
      { header: () => Promise.resolve({ ...HEADER, cost: { cpuSeconds: NaN, memory: 0 } }) },
      'CORRUPT_IMAGE: the toy cannot be read: its header is damaged',
    ],
    [
      'decodes another size',
      { read: () => Promise.resolve({ ...PIXELS, width: 2, height: 4 }) },
      'CORRUPT_IMAGE: the toy cannot be read: its header is wrong',
    ],
    [
      'returns too few samples',
      { read: () => Promise.resolve({ ...PIXELS, data: PIXELS.data.slice(1) }) },
      'CORRUPT_IMAGE: the toy cannot be read: its header is wrong',
    ],
    [
      'returns other samples',
      { read: () => Promise.resolve({ ...PIXELS, data: Uint16Array.from(PIXELS.data) }) },
      'CORRUPT_IMAGE: the toy cannot be read: its header is wrong',
    ],
  ])('that %s rejects its own upload', async (_, changes, expected) => {
    expect(await outcome(toy(changes))).toBe(expected);
  });

  test.each([{ header: never }, { read: never }])(
    'that does not return has a time limit',
    async (changes) => {
      expect(await outcome(toy(changes), 50)).toBe(
        'TIMEOUT: the decoder of toy did not return within 0.05 s',
      );
    },
  );

  test('that throws in `detect` does not know the file', async () => {
    const broken = toy({
      detect: () => {
        throw new Error('broken');
      },
    });
    await expect(engineWith(broken).survey(UPLOAD)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    });
  });

  test('does not stop the next upload', async () => {
    const engine = engineWith(toy({ read: fails }));
    await expect(renderOne(engine, catalog, UPLOAD, [{ encode: 'png' }])).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
    });
    const png = await sharp({ create: { width: 3, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    expect((await renderOne(engine, catalog, png, [{ encode: 'png' }])).width).toBe(3);
  });
});

test.each([
  [{ name: 'Toy' }, 'decoder "Toy": "Toy" must be lower-case letters, digits and inner hyphens'],
  [
    { formats: ['a b'] as [string] },
    'decoder "toy": "a b" must be lower-case letters, digits and inner hyphens',
  ],
  [{ version: 0 }, 'decoder toy: version must be a whole number from 1, got 0'],
])('a definition with %j is an error', (changes, message) => {
  expect(() => toy(changes)).toThrow(message);
});
