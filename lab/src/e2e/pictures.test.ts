/** Outputs of images: upright, without private metadata, in sRGB, with the keys and headers of the contract. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { CACHE_CONTROL } from '../testing/contract.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { difference, heldPicture, open, scene, stored } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
});

afterAll(async () => {
  await client.untilIdle();
  const problems = await findInconsistencies(client);
  await running.stop();
  expect(problems).toEqual([]);
});

/** Bytes of each output by its variant. */
async function developed(key: string, body: Buffer): Promise<Map<string, Buffer>> {
  const manifest = await client.uploadAndWait(key, body);
  expect(manifest.status).toBe('done');
  const outputs = await Promise.all(
    manifest.outputs.map(async (output) => {
      const found = await client.read(output.key);
      return [output.variant, found?.body ?? Buffer.alloc(0)] as const;
    }),
  );
  return new Map(outputs);
}

/** Lossy formats change each pixel a little; a picture that is not upright differs by far more. Steps of 255. */
const LOSS = 6;

describe('EXIF orientation', () => {
  const upright = scene(120, 80);

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '%i comes out upright, without the tag',
    async (orientation) => {
      const key = `uploads/held-${orientation}.jpg`;
      const outputs = await developed(key, await heldPicture(upright, orientation));
      const { source } = (await client.manifestOf(key)) ?? {};
      expect(source).toMatchObject({ format: 'jpeg', width: 120, height: 80, orientation });

      for (const [variant, bytes] of outputs) {
        const metadata = await sharp(bytes).metadata();
        expect(metadata.orientation).toBeUndefined();
        expect(metadata.exif).toBeUndefined();
        if (variant === 'thumb') continue; // cut and enlarged: compared below
        const { data, info } = await stored(bytes);
        expect([info.width, info.height]).toEqual([120, 80]);
        expect(difference(data, upright.data)).toBeLessThan(LOSS);
      }
      const expected = await open(upright)
        .resize(200, 200, { position: 'attention' })
        .raw()
        .toBuffer();
      const thumb = await stored(outputs.get('thumb') ?? Buffer.alloc(0));
      expect(difference(thumb.data, expected)).toBeLessThan(LOSS);
    },
  );

  test('the comparison would notice a picture that is not upright', async () => {
    for (const orientation of [2, 3, 4]) {
      const { data } = await stored(await heldPicture(upright, orientation));
      expect(difference(data, upright.data)).toBeGreaterThan(4 * LOSS);
    }
  });
});

describe('what a camera leaves in a file', () => {
  /** Saturated: the numbers of its colours are others in Display P3. */
  const vivid = { create: { width: 90, height: 60, channels: 3 as const, background: '#e01020' } };

  test('place, owner and camera do not reach the outputs; the date and the camera reach the manifest', async () => {
    const upload = await sharp(vivid)
      .jpeg()
      .withExif({
        IFD0: { Make: 'Pentax', Model: 'K1000', Artist: 'Jane Doe' },
        IFD2: { DateTimeOriginal: '2024:05:01 12:03:04', BodySerialNumber: '12345' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
      })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>Jane Doe</secret></x:xmpmeta>')
      .toBuffer();
    expect(upload.includes('Jane Doe')).toBe(true);

    const outputs = await developed('uploads/private.jpg', upload);
    expect(outputs.size).toBe(7);
    for (const bytes of outputs.values()) {
      const { exif, xmp, iptc } = await sharp(bytes).metadata();
      expect({ exif, xmp, iptc }).toEqual({ exif: undefined, xmp: undefined, iptc: undefined });
      for (const word of ['Jane Doe', 'Pentax', '12345', 'GPS'])
        expect(bytes.includes(word)).toBe(false);
    }
    const { source } = (await client.manifestOf('uploads/private.jpg')) ?? {};
    expect(source).toMatchObject({ takenAt: '2024-05-01T12:03:04', camera: 'Pentax K1000' });
  });

  test('another profile becomes sRGB: the same colour, in other numbers', async () => {
    const upload = await sharp(vivid).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
    const [red = 0] = (await stored(upload)).data;
    expect(red).toBeLessThan(215); // 224 in sRGB

    for (const bytes of (await developed('uploads/wide.jpg', upload)).values()) {
      const { space, icc } = await sharp(bytes).metadata();
      expect({ space, icc }).toEqual({ space: 'srgb', icc: undefined });
      const { data, info } = await stored(bytes);
      const centre = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 3;
      const [r = 0, g = 0, b = 0] = data.subarray(centre, centre + 3);
      for (const [actual, wanted] of [
        [r, 0xe0],
        [g, 0x10],
        [b, 0x20],
      ] as const)
        expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(LOSS);
    }
  });
});

describe('the recipe of the stack "local"', () => {
  test('/api/stack returns it', () => {
    const { stack, region, endpoint, recipes } = client.stack;
    expect({ stack, region }).toEqual({ stack: 'local', region: 'us-east-1' });
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(recipes).toEqual([
      {
        name: 'photos',
        match: { prefix: 'uploads/' },
        variants: [
          'thumb',
          ...[320, 640, 1280].flatMap((width) => [`w${width}-webp`, `w${width}-jpeg`]),
        ],
      },
    ]);
  });

  test('a thumbnail and a responsive set, never enlarged', async () => {
    const manifest = await client.uploadAndWait(
      'uploads/large.jpg',
      await open(scene(800, 600)).jpeg().toBuffer(),
    );
    const sizes = manifest.outputs.map(({ variant, key, width, height }) => [
      variant,
      key,
      width,
      height,
    ]);
    expect(sizes).toEqual([
      ['thumb', 'uploads/large.jpg/thumb.webp', 200, 200],
      ['w320-webp', 'uploads/large.jpg/w320-webp.webp', 320, 240],
      ['w320-jpeg', 'uploads/large.jpg/w320-jpeg.jpg', 320, 240],
      ['w640-webp', 'uploads/large.jpg/w640-webp.webp', 640, 480],
      ['w640-jpeg', 'uploads/large.jpg/w640-jpeg.jpg', 640, 480],
      ['w1280-webp', 'uploads/large.jpg/w1280-webp.webp', 800, 600],
      ['w1280-jpeg', 'uploads/large.jpg/w1280-jpeg.jpg', 800, 600],
    ]);
  });

  test('an output says what it is, how long it may be kept, and where it comes from', async () => {
    const key = 'uploads/Käse & Wein.png';
    const manifest = await client.uploadAndWait(key, await open(scene()).png().toBuffer());
    const output = await client.read(`${key}/w320-jpeg.jpg`);
    expect(output?.head).toMatchObject({
      ContentType: 'image/jpeg',
      CacheControl: CACHE_CONTROL,
      Metadata: {
        'source-key': 'uploads/K%C3%A4se%20%26%20Wein.png',
        recipe: 'photos',
        'recipe-hash': manifest.recipeHash,
        'source-sha256': manifest.source.sha256,
      },
    });
    const document = await client.read(`${key}/manifest.json`);
    expect(document?.head).toMatchObject({
      ContentType: 'application/json',
      CacheControl: 'no-cache',
    });
  });

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    '%s is taken',
    async (format) => {
      const upload = await open(scene(32, 24)).toFormat(format).toBuffer();
      const manifest = await client.uploadAndWait(`uploads/format-of-${format}`, upload);
      expect(manifest).toMatchObject({ status: 'done', source: { format, width: 32, height: 24 } });
      if (manifest.status === 'done')
        expect(manifest.placeholder).toEqual({
          thumbhash: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
          dominantColour: expect.stringMatching(/^#[0-9a-f]{6}$/),
        });
    },
  );
});
