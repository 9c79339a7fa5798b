import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine, createReferenceEngine } from '../engine/create-engine.ts';
import { NO_PLACEHOLDER } from '../image-engine.ts';
import { difference } from '../testing/compare.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const reference = createReferenceEngine({ catalog });
const upright = await sample({ width: 160, height: 120, format: 'png' });

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('a photo of orientation %i', (orientation) => {
  const photo = sample({ width: 160, height: 120, format: 'png', orientation });

  test.each([
    ['planned', engine],
    ['step by step', reference],
  ])('comes out upright with the tag gone, %s', async (_, either) => {
    const output = await renderOne(either, catalog, await photo, [{ rotate: 'auto' }]);
    expect(output).toMatchObject({ width: 160, height: 120 });
    expect((await difference(output.bytes, upright)).largest).toBe(0);
    expect((await sharp(output.bytes).metadata()).orientation ?? 1).toBe(1);
  });

  test('is turned after a resize as before one', async () => {
    const steps = [{ resize: { width: 80, height: 80, fit: 'fill' } }, 'rotate'];
    const output = await renderOne(engine, catalog, await photo, steps);
    const before = await sharp(upright).resize(80, 80, { fit: 'fill' }).png().toBuffer();
    expect((await difference(output.bytes, before)).mean).toBeLessThan(2);
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'])(
    'is displayed upright as %s even when no step turns it',
    async (format) => {
      const steps = [{ resize: { width: 60, height: 60, fit: 'fill' } }, { encode: { format } }];
      const output = await renderOne(engine, catalog, await photo, steps);
      const displayed = await sharp(output.bytes).autoOrient().png().toBuffer();
      const wanted = await sharp(upright).resize(60, 60, { fit: 'fill' }).png().toBuffer();
      expect((await difference(displayed, wanted)).psnr).toBeGreaterThan(20);
    },
  );
});

test.each([3, 6, 8])(
  'an AVIF that no step turns has the size that decoders show: %i',
  async (orientation) => {
    const photo = await sample({ width: 160, height: 120, orientation });
    const output = await renderOne(engine, catalog, photo, [{ encode: 'avif' }]);
    const { width, height, orientation: tag = 1 } = await sharp(output.bytes).metadata();
    expect({ width, height, tag }).toEqual({ width: 160, height: 120, tag: 1 });
    expect(output).toMatchObject({ width, height });
  },
);

test('a second auto changes nothing, and turns add up', async () => {
  const photo = await sample({ width: 160, height: 120, format: 'png', orientation: 6 });
  const steps = ['rotate', 'rotate', { rotate: 90 }, { rotate: -90 }, { rotate: 360 }];
  const output = await renderOne(engine, catalog, photo, steps);
  expect((await difference(output.bytes, upright)).largest).toBe(0);
});

test('auto of an upright photo changes nothing of a turn before it', async () => {
  const steps = [{ rotate: 90 }, 'rotate'];
  const output = await renderOne(engine, catalog, upright, steps);
  const turned = await sharp(upright).rotate(90).png().toBuffer();
  expect((await difference(output.bytes, turned)).largest).toBe(0);
});

test('an angle between quarters fills the corners', async () => {
  const steps = [{ rotate: { angle: 45, background: 'white' } }];
  const output = await renderOne(engine, catalog, upright, steps);
  expect(output).toMatchObject({ width: 198, height: 198 });
  const [corner] = await sharp(output.bytes).raw().toBuffer();
  expect(corner).toBe(255);
});

// sharp's own `autoOrient()` would come before them.
test.each([
  'flop',
  'flip',
  { resize: { width: 30 } },
  { crop: { left: 3, top: 9, width: 30, height: 20 } },
])('auto after a step of the same pipeline comes after it: %j', async (first) => {
  for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
    const lying = await sample({ width: 90, height: 60, orientation, format: 'png' });
    const steps = [first, 'rotate', { encode: 'png' }];
    const placeholder = NO_PLACEHOLDER;
    const planned = await renderOne(engine, catalog, lying, steps, { placeholder });
    const stepByStep = await renderOne(reference, catalog, lying, steps);
    const { width, height } = stepByStep;
    expect(planned).toMatchObject({ width, height });
    expect((await difference(planned.bytes, stepByStep.bytes)).mean).toBeLessThan(2);
  }
});

test.each([
  ['#00000000', true],
  ['#000000', false],
])('by 45 degrees on %s, the picture has alpha: %j', (background, hasAlpha) => {
  const rotate = catalog.bind(catalog.stepSchema.parse({ rotate: { angle: 45, background } }));
  const input = { width: 160, height: 120, orientation: 1, hasAlpha: false };
  expect(rotate.after(input)).toMatchObject({ hasAlpha });
});
