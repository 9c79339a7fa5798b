import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog.ts';
import { createEngine } from '../engine/index.ts';
import { animatedSample, logoOnly, renderOne, sample } from '../testing/index.ts';
import { builtinTransforms } from './index.ts';

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

test('the mark has its share of the width, and stands in its corner with room around it', async () => {
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
  expect((await marked({ tile: true, width: '13%' })).count).toBe(200 * 100);
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
    ['logo.png', createEngine({ catalog }), /there are no side files here: "logo.png"/],
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
