import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import type { Variant } from '../../image-engine.ts';
import { frameWindows } from '../../plan/frame-windows.ts';
import { createEngine } from '../create-engine.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/frames');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const steps = (...given: unknown[]) => catalog.stepsSchema.parse(given);

const still = (frame: number, own = steps({ encode: 'png' })): Variant => ({
  ...{ name: `still-f${frame}`, steps: own, frame },
});

async function requestFor(source: Uint8Array, variants: readonly Variant[]) {
  const facts = await engine.inspect(source, 'frames');
  const placeholder = { thumbhash: false, dominantColour: false, blurhash: false };
  return { source, facts, recipe: 'clips', variants, placeholder };
}

async function rendered(source: Uint8Array, variants: readonly Variant[]) {
  const made = new Map<string, Uint8Array>();
  const request = await requestFor(source, variants);
  for await (const one of engine.render(request))
    if (one.kind === 'output') made.set(one.variant, one.bytes);
  return made;
}

/** Raw pixels that do not show the colours of transparent ones. */
async function rgba(image: Sharp) {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 0) data.fill(0, at, at + 3);
  return { data, size: `${info.width}×${info.height}` };
}

/** The root of the mean square of the differences, in levels of 255. */
function rmse(one: Uint8Array, other: Uint8Array): number {
  const squares = one.reduce((sum, value, at) => sum + (value - (other[at] ?? 0)) ** 2, 0);
  return Math.sqrt(squares / one.length);
}

describe.each([
  'keep.gif',
  'background.gif',
  'previous.gif',
  'mixed.gif',
  'libwebp.webp',
  'blended.webp',
])('the frames of %s (fixtures/frames/make.py)', (name) => {
  test('are what Pillow or ImageMagick shows', async () => {
    const source = fixture(name);
    const { width, height, pages } = await engine.inspect(source);
    const variants = Array.from({ length: pages }, (_, index) => still(index + 1));
    const made = await rendered(source, variants);
    const sheet = fixture(`${name.replace('.', '-')}.png`);
    expect(made.size).toBe(pages);
    for (let frame = 1; frame <= pages; frame += 1) {
      const region = { left: 0, top: (frame - 1) * height, width, height };
      const wanted = await rgba(sharp(sheet).extract(region));
      const own = await rgba(sharp(made.get(`still-f${frame}`)));
      expect(own.size).toBe(wanted.size);
      expect(rmse(own.data, wanted.data), `frame ${frame}`).toBeLessThan(0.5);
    }
  });
});

test('frames have facts of their own', async () => {
  const facts = await engine.inspect(fixture('previous.gif'), 'frames');
  expect(facts).toMatchObject({
    ...{ format: 'gif', width: 48, height: 36, pages: 1, hasAlpha: true },
    frameOf: { format: 'gif', frames: 5 },
  });
});

test('a frame is a still picture for all steps, also those that animations cannot have', async () => {
  const own = steps('trim', { resize: { width: 10, height: 10, fit: 'fill' } }, { encode: 'gif' });
  const made = await rendered(fixture('background.gif'), [still(2, own), still(4, own)]);
  for (const bytes of made.values())
    expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({
      ...{ format: 'gif', width: 10, height: 10 },
    });
  expect([...made.keys()]).toEqual(['still-f2', 'still-f4']);
});

test('the metadata of the file is that of its frames', async () => {
  const frames = await Promise.all(
    ['red', 'lime'].map((background) =>
      sharp({ create: { width: 40, height: 20, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const source = await sharp(frames, { join: { animated: true } })
    .withExif({ IFD0: { Copyright: 'A. Author' } })
    .withMetadata({ orientation: 6 })
    .webp({ lossless: true })
    .toBuffer();
  const made = await rendered(source, [
    still(2, steps('rotate', { metadata: { keep: ['copyright'] } }, { encode: 'png' })),
  ]);
  const { width, height, exif } = await sharp(made.get('still-f2')).metadata();
  expect([width, height]).toEqual([20, 40]);
  expect(exif?.toString('latin1')).toContain('A. Author');
});

test('outputs that are done are not made again', async () => {
  const request = await requestFor(
    fixture('keep.gif'),
    [1, 2, 3].map((frame) => still(frame)),
  );
  const made: string[] = [];
  const done = new Set(['still-f1', 'still-f3']);
  for await (const one of engine.render({ ...request, done }))
    if (one.kind === 'output') made.push(one.variant);
  expect(made).toEqual(['still-f2']);
});

describe('frames are decoded in windows', () => {
  const size = (megapixels: number) => ({ width: 1000, height: 1000 * megapixels });

  test.each([
    [[1, 2, 3, 4], size(1), [[1, 4]]],
    // 25 megapixels are decoded at once.
    [
      [1, 2, 3, 4, 5, 6],
      size(10),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      [1, 12, 25, 26],
      size(1),
      [
        [1, 25],
        [26, 26],
      ],
    ],
    [
      [1, 101, 201],
      size(1),
      [
        [1, 1],
        [101, 101],
        [201, 201],
      ],
    ],
    [
      [4, 5],
      size(40),
      [
        [4, 4],
        [5, 5],
      ],
    ],
  ])('%j of %j', (frames, facts, windows) => {
    expect(frameWindows(frames, facts).map(({ from, to }) => [from, to])).toEqual(windows);
  });

  test('and cost the composition of all frames before, and the memory of the largest window', async () => {
    const request = async (...frames: number[]) => {
      const variants = frames.map((frame) => still(frame));
      const { facts, ...others } = await requestFor(fixture('mixed.gif'), variants);
      const size = { width: 4800, height: 3600 };
      const frameOf = facts.frameOf && { ...facts.frameOf, ...size };
      return engine.estimate({
        ...others,
        facts: { ...facts, ...size, ...(frameOf && { frameOf }) },
      });
    };
    const [first, last, both] = [await request(1), await request(6), await request(1, 6)];
    expect(last.decoding?.cpuSeconds).toBeGreaterThan((first.decoding?.cpuSeconds ?? 0) * 1.1);
    // What a frame leaves behind is within the most of all.
    expect(both.memory).toBeCloseTo(last.memory, 0);
    expect([first.pages, last.pages, both.pages]).toEqual([0, 1, 1]);
  });
});

test('an animation that is cut is rejected', async () => {
  const source = fixture('libwebp.webp');
  const cut = source.subarray(0, source.length - 300);
  await expect(rendered(cut, [still(5)])).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
});
