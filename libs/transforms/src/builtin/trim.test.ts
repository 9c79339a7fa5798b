import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { renderAll, renderOne } from '../testing/render.ts';
import { animatedSample, sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const framed = [{ extend: { top: 12, left: 30, background: 'white' } }];

test('several variants continue from the trimmed picture', async () => {
  const photo = await sample({ width: 200, height: 100, format: 'png' });
  const trimmed = [...framed, { trim: { background: 'white', threshold: 20 } }];
  const { outputs, placeholder } = await renderAll(engine, catalog, photo, {
    whole: trimmed,
    half: [...trimmed, { resize: { width: 100 } }],
    square: [...trimmed, { crop: { aspectRatio: '1:1' } }, { encode: 'webp' }],
    framed,
  });
  const sizes = [...outputs.values()].map(({ variant, width, height }) => [variant, width, height]);
  expect(sizes.sort()).toEqual([
    ['framed', 230, 112],
    ['half', 100, 50],
    ['square', 100, 100],
    ['whole', 200, 100],
  ]);
  expect(placeholder).toBeDefined();
});

test('two trims follow each other', async () => {
  const photo = await sample({ width: 60, height: 40, format: 'png' });
  const steps = [
    ...framed,
    { extend: { left: 5, background: 'blue' } },
    { trim: { background: 'blue' } },
    { trim: { background: 'white', threshold: 20 } },
    { resize: { width: 30 } },
  ];
  expect(await renderOne(engine, catalog, photo, steps)).toMatchObject({ width: 30, height: 20 });
});

test('a step that does not fit the trimmed picture is NOT_APPLICABLE with its location; the others are made', async () => {
  const photo = await sample({ width: 60, height: 40, format: 'png' });
  const steps = [
    ...framed,
    { trim: { background: 'white', threshold: 20 } },
    { crop: { width: 80, height: 10 } },
  ];
  const { outputs, skipped } = await renderAll(engine, catalog, photo, {
    one: steps,
    other: steps.slice(0, 2),
  });
  expect(skipped).toMatchObject([
    {
      code: 'NOT_APPLICABLE',
      variant: 'one',
      message: expect.stringContaining('variant one, step 2 (crop)'),
    },
  ]);
  expect([...outputs.keys()]).toEqual(['other']);
});

test.each([
  [1, 1, 'trim'],
  [2, 2, { trim: { lineArt: true } }],
  [40, 1, 'trim'],
  [40, 1, { trim: { lineArt: true } }],
  [2, 40, 'trim'],
])('%i×%i pixels are too small to have a border, and stay, by %j', async (width, height, step) => {
  const dot = await sample({ width, height, format: 'png' });
  expect(await renderOne(engine, catalog, dot, [step])).toMatchObject({ width, height });
});

test.each([{}, { threshold: 0 }, { lineArt: true }, { background: 'red', margin: 3 }])(
  'a picture of one colour has nothing to be left, and stays: %j',
  async (trim) => {
    const blank = await sharp({
      create: { width: 50, height: 40, channels: 3, background: '#336699' },
    })
      .png()
      .toBuffer();
    expect(await renderOne(engine, catalog, blank, [{ trim }])).toMatchObject({
      width: 50,
      height: 40,
    });
  },
);

test('is not applicable to an animation, because its frames would have different sizes', async () => {
  const moving = await animatedSample('gif');
  await expect(renderOne(engine, catalog, moving, ['trim'])).rejects.toMatchObject({
    code: 'NOT_APPLICABLE',
    message: expect.stringContaining(
      'step 0 (trim): frames of an animation would have different sizes',
    ),
  });
  const kept = await renderOne(engine, catalog, moving, [{ trim: { otherwise: 'keep' } }]);
  expect(kept).toMatchObject({ width: 64, height: 48 });
  expect((await sharp(kept.bytes, { animated: true }).metadata()).pages).toBe(3);
});

test.each([
  [{ width: 50, height: 40 }, /consists only of border/],
  [{ width: 2, height: 40 }, /2×40 pixels are too small to have a border/],
])('with otherwise: reject, %j without content is NOT_APPLICABLE', async (size, message) => {
  const trim = { otherwise: 'reject' };
  const create = { ...size, channels: 3, background: '#336699' } as const;
  const blank = await sharp({ create }).png().toBuffer();
  await expect(renderOne(engine, catalog, blank, [{ trim }])).rejects.toMatchObject({
    code: 'NOT_APPLICABLE',
    message: expect.stringMatching(message),
  });
  const photo = await sample({ width: 60, height: 40, format: 'png' });
  const steps = [...framed, { trim: { ...trim, background: 'white', threshold: 20 } }];
  expect(await renderOne(engine, catalog, photo, steps)).toMatchObject({ width: 60, height: 40 });
});

test('noise of a few levels at the border goes by default, and stays at threshold 0', async () => {
  const noise = Buffer.from(Array.from({ length: 60 * 40 }, (_, at) => 250 + ((at * 7) % 6)));
  const dot = { create: { width: 20, height: 10, channels: 3, background: '#258' } } as const;
  const framedDot = await sharp(noise, { raw: { width: 60, height: 40, channels: 1 } })
    .toColourspace('srgb')
    .composite([{ input: dot, left: 20, top: 15 }])
    .png()
    .toBuffer();
  expect(await renderOne(engine, catalog, framedDot, ['trim'])).toMatchObject({
    ...{ width: 20, height: 10 },
  });
  const exact = [{ trim: { threshold: 0 } }];
  expect((await renderOne(engine, catalog, framedDot, exact)).width).toBeGreaterThan(50);
});
