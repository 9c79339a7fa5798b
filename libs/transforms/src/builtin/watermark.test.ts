import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { logoOnly, renderOne } from '../testing/render.ts';
import { animatedSample, sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

import openSans from './text/open-sans.json' with { type: 'json' };

const catalog = createCatalog(builtinTransforms);
const red = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#ff0000' } })
  .png()
  .toBuffer();
const engine = createEngine({ catalog, readSideFile: logoOnly(red) });
const grey = await sharp({
  create: { width: 200, height: 100, channels: 3, background: '#808080' },
})
  .png()
  .toBuffer();

/** Which pixels the mark changed, as a box, and the colour in its middle. */
async function marked(watermark: object, source = grey) {
  const { bytes } = await renderOne(engine, catalog, source, [
    { watermark: { image: 'logo.png', ...watermark } },
    { encode: 'png' },
  ]);
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels),
  ];
  const hits = Array.from(
    { length: info.width * info.height },
    (_, i) => [i % info.width, Math.floor(i / info.width)] as const,
  ).filter(([x, y]) => (at(x, y)[0] ?? 0) > 130);
  const [xs, ys] = [hits.map(([x]) => x), hits.map(([, y]) => y)];
  const box = {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
  return {
    box,
    channels: info.channels,
    colour: at((box.left + box.right) >> 1, (box.top + box.bottom) >> 1),
    count: hits.length,
  };
}

test('places the mark in its corner, with its width and margin', async () => {
  expect(await marked({ width: '20%', margin: '5%' })).toEqual({
    box: { left: 155, top: 75, right: 194, bottom: 94 },
    channels: 3,
    colour: [255, 0, 0],
    count: 40 * 20,
  });
});

test.each([
  ['northwest', { left: 0, top: 0, right: 39, bottom: 19 }],
  ['centre', { left: 80, top: 40, right: 119, bottom: 59 }],
  ['east', { left: 160, top: 40, right: 199, bottom: 59 }],
])('at %s', async (gravity, box) => {
  expect((await marked({ width: '20%', margin: '0%', gravity })).box).toEqual(box);
});

test('opacity lets the picture shine through', async () => {
  const { colour } = await marked({ opacity: 0.5 });
  expect(colour).toEqual([
    expect.closeTo(192, -0.5),
    expect.closeTo(64, -0.5),
    expect.closeTo(64, -0.5),
  ]);
});

test('tiles cover the picture', async () => {
  expect((await marked({ tile: true, width: '13%', margin: '0%' })).count).toBe(200 * 100);
});

test('… with room between them as the margin says', async () => {
  // Marks of 20×10 pixels, 5 apart: 8 columns of 25, and 7 rows of 15 of which the last shows its 10 pixels.
  expect((await marked({ tile: true, width: '10%', margin: '5%' })).count).toBe(8 * 20 * 7 * 10);
});

test('a turned mark stays within the picture', async () => {
  const { box } = await marked({ width: '100%', angle: 45, margin: '0%' });
  expect(box.left).toBeGreaterThanOrEqual(0);
  expect(box.right - box.left).toBeLessThan(100);
  expect(box.bottom - box.top).toBeGreaterThan(80);
});

test.each([
  [{}, 'needs image or text'],
  [{ image: 'a.png', text: 'b' }, 'needs image or text'],
  [{ image: 'a.png', colour: 'red' }, 'font and colour go with text'],
  [{ text: ' ' }, 'at least one visible character'],
  [{ text: 'Ada 猫' }, 'Open Sans has no "猫"; it supports Latin, Greek and Cyrillic. Set font'],
  [{ text: 'مرحبا' }, 'has no "م"'],
  [{ text: 'Hi 🎉' }, 'has no "🎉"'],
  [{ image: 'a.png', blend: 'clear' }, 'expected one of "over"|'],
])('%j is refused', (watermark, message) => {
  const { error } = catalog.stepsSchema.safeParse([{ watermark }]);
  expect(error?.issues[0]?.message).toContain(message);
});

test.each([
  [{ image: 'a.png' }],
  [{ text: '© 2026 Ада – Ελλάδα ½ € ™ “ﬁn”' }],
  [{ text: '猫🎉', font: 'brand.ttf' }],
])('%j is accepted', (watermark) => {
  expect(catalog.stepsSchema.safeParse([{ watermark }]).success).toBe(true);
});

test.each([
  ['over', [255, 0, 0]],
  ['multiply', [128, 0, 0]],
  ['screen', [255, 128, 128]],
  ['difference', [127, 128, 128]],
  ['exclusion', [127, 128, 128]],
  ['add', [255, 128, 128]],
  ['lighten', [255, 128, 128]],
  ['darken', [128, 0, 0]],
  ['colour-dodge', [255, 128, 128]],
])('blends by %s, opaque as before', async (blend, colour) => {
  const steps = [
    { watermark: { image: 'logo.png', width: '100%', margin: '0%', blend } },
    { encode: 'png' },
  ];
  const { bytes } = await renderOne(engine, catalog, grey, steps);
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const off = colour.map((channel, index) => Math.abs(channel - (data[index] ?? 0)));
  expect(Math.max(...off)).toBeLessThanOrEqual(1);
});

describe('a text', () => {
  const draw = (watermark: object) => marked({ image: undefined, text: 'ADA', ...watermark });

  test('is white, a quarter of the width and in the corner by default', async () => {
    const { box, count } = await draw({});
    // Thin edges of the letters are too faint to count.
    expect(box.right).toBeGreaterThan(194);
    expect(box.left).toBeGreaterThan(144);
    expect(box.right - box.left).toBeGreaterThan(45);
    expect(box.bottom).toBeLessThanOrEqual(97);
    expect(count).toBeGreaterThan(100);
  });

  test('has its colour and its opacity', async () => {
    const wide = { width: '100%', gravity: 'centre', margin: '0%', text: 'I' };
    expect((await draw({ ...wide, colour: '#ff0000' })).colour).toEqual([255, 0, 0]);
    expect((await draw({ ...wide, colour: '#ff000080', opacity: 0.5 })).colour[0]).toBeCloseTo(
      160,
      -1,
    );
  });

  test('may be in a font of one’s own', async () => {
    const [, file = ''] = openSans.fonts;
    const own = createEngine({
      catalog,
      readSideFile: () => Promise.resolve(Buffer.from(file, 'base64')),
    });
    const steps = (text: string) => [
      { watermark: { text, font: 'brand.woff' } },
      { encode: 'png' },
    ];
    expect((await renderOne(own, catalog, grey, steps('Ł'))).width).toBe(200);
    // Its own alone: what it lacks is not taken from elsewhere.
    await expect(renderOne(own, catalog, grey, steps('Ж'))).rejects.toMatchObject({
      code: 'TRANSFORM_FAILED',
      message: 'recipe photos, variant one, step 0 (watermark): the font has no "Ж"',
    });
  });

  test('in a file that is not a font fails the step', async () => {
    const steps = [{ watermark: { text: 'A', font: 'logo.png' } }];
    await expect(renderOne(engine, catalog, grey, steps)).rejects.toMatchObject({
      code: 'TRANSFORM_FAILED',
      place: { step: 0, transform: 'watermark' },
    });
  });
});

test('a mark is never higher than the picture', async () => {
  const flat = await sharp({
    create: { width: 200, height: 10, channels: 3, background: '#808080' },
  })
    .png()
    .toBuffer();
  expect((await marked({ width: '100%', margin: '50%' }, flat)).box).toMatchObject({
    top: 0,
    bottom: 9,
  });
});

test('an animation is marked frame by frame', async () => {
  const moving = await animatedSample('webp', { width: 60, height: 40, frames: 3 });
  const output = await renderOne(engine, catalog, moving, [{ watermark: 'logo.png' }]);
  expect((await sharp(output.bytes).metadata()).pages).toBe(3);
});

describe('a mark that cannot be had is TRANSFORM_FAILED with its place', () => {
  test.each([
    ['nothing.png', engine, /step 0 \(watermark\): there is no side file "nothing.png"/],
    ['logo.png', createEngine({ catalog }), /no side files are configured: cannot read "logo.png"/],
    [
      'logo.png',
      createEngine({ catalog, readSideFile: logoOnly(Buffer.from('no picture')) }),
      /step 0 \(watermark\): Input buffer contains unsupported image format/,
    ],
  ])('%s', async (image, either, message) => {
    const photo = await sample({ width: 60, height: 40 });
    await expect(renderOne(either, catalog, photo, [{ watermark: image }])).rejects.toMatchObject({
      code: 'TRANSFORM_FAILED',
      message: expect.stringMatching(message),
    });
  });
});
