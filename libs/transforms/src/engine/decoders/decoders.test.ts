import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import {
  type DecodedPixels,
  type Decoder,
  type DecoderHeader,
  defineDecoder,
} from '../../define-decoder.ts';
import { renderOne } from '../../testing/render.ts';
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
