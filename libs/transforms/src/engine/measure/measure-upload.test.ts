import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { MEASURES, type MeasuredChannel } from '../../image-engine.ts';
import { renderAll } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/facts');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));

const digits = (_: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(12)) : value;

/** By numpy, and ImageMagick's `identify`. */
const expected = JSON.parse(fixture('facts.json').toString(), digits) as Record<
  string,
  { readonly resolution: [x: number, y: number] | null; readonly channels: MeasuredChannel[] }
>;

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const STEPS = { small: [{ resize: { width: 8 } }, { encode: 'webp' }] };

async function channelsOf(source: Uint8Array, measures = MEASURES.slice()) {
  return (await renderAll(engine, catalog, source, STEPS, { measures })).channels;
}

describe.each(Object.entries(expected))('%s', (name, { resolution, channels }) => {
  test('has the values that numpy finds', async () => {
    expect(await channelsOf(fixture(name))).toEqual(channels);
  });

  test('has the resolution that ImageMagick finds', async () => {
    const facts = await engine.inspect(fixture(name));
    if (!resolution) return expect(facts).not.toHaveProperty('resolution');
    // A metre has a whole number of PNG's pixels.
    expect(facts.resolution?.x).toBeCloseTo(resolution[0], 1);
    expect(facts.resolution?.y).toBeCloseTo(resolution[1], 1);
  });
});

test('nothing is measured unless it is asked for', async () => {
  expect(await channelsOf(fixture('grey.png'), [])).toBeUndefined();
  expect(await channelsOf(fixture('fax.tiff'), ['maximum'])).toEqual([
    { channel: 'grey', maximum: 255 },
  ]);
});

test('the samples of a wide-gamut photo are its own, and not those of sRGB', async () => {
  const photo = await sample({ width: 40, height: 30, profile: 'p3', format: 'png' });
  const own = await sharp(photo, { ignoreIcc: true }).raw().toBuffer();
  const red = own.filter((_, at) => at % 3 === 0);
  expect((await channelsOf(photo, ['maximum']))?.[0]?.maximum).toBe(Math.max(...red));
});

test('an animation is measured by its first frame', async () => {
  const frame = (level: number) =>
    sharp({ create: { width: 9, height: 7, channels: 3, background: { r: level, g: 0, b: 0 } } })
      .png()
      .toBuffer();
  const gif = await sharp([await frame(200), await frame(20)], { join: { animated: true } })
    .gif()
    .toBuffer();
  const [red] = (await channelsOf(gif, ['minimum', 'maximum'])) ?? [];
  expect(red).toEqual({ channel: 'red', minimum: 200, maximum: 200 });
});

test('a damaged picture is rejected as always', async () => {
  const cut = fixture('colours16.png').subarray(0, 4000);
  await expect(channelsOf(cut)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
});

test('the resolution is that of the upright picture', async () => {
  const photo = fixture('photo.jpg');
  // Behind JFIF's segment.
  const end = 4 + photo.readUInt16BE(4);
  // APP1 with one tag: the orientation is 6.
  const exif = Buffer.from(
    'ffe10022' +
      '457869660000' +
      '49492a0008000000' +
      '0100' +
      '120103000100000006000000' +
      '00000000',
    'hex',
  );
  const turned = Buffer.concat([photo.subarray(0, end), exif, photo.subarray(end)]);
  expect((await engine.inspect(photo)).resolution).toEqual({ x: 240, y: 120 });
  expect((await engine.inspect(turned)).resolution).toEqual({ x: 120, y: 240 });
});

test('measuring a large picture is part of the estimate', async () => {
  const facts = {
    ...(await engine.inspect(fixture('photo.jpg'))),
    ...{ width: 6000, height: 4000 },
  };
  const request = { facts, recipe: 'photos', variants: [] };
  const [without, measured] = [
    engine.estimate(request),
    engine.estimate({ ...request, measures: ['mean'] }),
  ];
  expect(measured.memory - without.memory).toBeGreaterThan((6000 * 4000 * 3) / 2 ** 20);
  expect(measured.decoding?.cpuSeconds).toBeGreaterThan((without.decoding?.cpuSeconds ?? 0) + 0.2);
});
