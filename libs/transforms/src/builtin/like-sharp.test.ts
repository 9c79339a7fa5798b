import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { NO_PLACEHOLDER } from '../image-engine.ts';
import { difference } from '../testing/compare.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

/** A step and the equivalent call of sharp. */
const cases: readonly (readonly [step: unknown, call: (image: Sharp) => Sharp])[] = [
  ['blur', (image) => image.blur()],
  [{ blur: 2.5 }, (image) => image.blur(2.5)],
  [
    { blur: { sigma: 4, precision: 'approximate' } },
    (image) => image.blur({ sigma: 4, precision: 'approximate' }),
  ],
  [
    { crop: { left: 3, top: 5, width: 20, height: 10 } },
    (image) => image.extract({ left: 3, top: 5, width: 20, height: 10 }),
  ],
  [
    { crop: { aspectRatio: '2:3', focus: { x: 0.9, y: 0.5 } } },
    (image) => image.extract({ left: 50, top: 0, width: 40, height: 60 }),
  ],
  [
    { crop: { aspectRatio: '3:1', gravity: 'south' } },
    (image) => image.extract({ left: 0, top: 30, width: 90, height: 30 }),
  ],
  [
    { crop: { aspectRatio: '1:1' } },
    (image) => image.extract({ left: 15, top: 0, width: 60, height: 60 }),
  ],
  [
    { extend: { top: 3, left: 7, extendWith: 'repeat' } },
    (image) => image.extend({ top: 3, left: 7, extendWith: 'repeat' }),
  ],
  [{ flatten: '#ff8000' }, (image) => image.flatten({ background: '#ff8000' })],
  ['flip', (image) => image.flip()],
  ['flop', (image) => image.flop()],
  [{ gamma: { gamma: 1.8, gammaOut: 1.4 } }, (image) => image.gamma(1.8, 1.4)],
  ['grayscale', (image) => image.grayscale()],
  ['median', (image) => image.median(3)],
  [{ median: 7 }, (image) => image.median(7)],
  [
    { modulate: { brightness: 1.2, hue: 40 } },
    (image) => image.modulate({ brightness: 1.2, hue: 40 }),
  ],
  ['negate', (image) => image.negate()],
  [{ negate: { alpha: false } }, (image) => image.negate({ alpha: false })],
  ['normalise', (image) => image.normalise()],
  [{ normalise: { lower: 10, upper: 90 } }, (image) => image.normalise({ lower: 10, upper: 90 })],
  [{ resize: { width: 33 } }, (image) => image.resize(33)],
  [
    { resize: { width: 30, height: 30, position: 'attention' } },
    (image) => image.resize(30, 30, { position: 'attention' }),
  ],
  [
    { resize: { width: 30, height: 30, position: 'entropy', withoutReduction: true } },
    (image) => image.resize(30, 30, { position: 'entropy', withoutReduction: true }),
  ],
  [
    { resize: { width: 99, height: 30, position: 'attention', withoutEnlargement: true } },
    (image) => image.resize(99, 30, { position: 'attention', withoutEnlargement: true }),
  ],
  [
    { resize: { width: 30, height: 47, fit: 'contain', position: 'right top', background: 'red' } },
    (image) => image.resize(30, 47, { fit: 'contain', position: 'right top', background: 'red' }),
  ],
  ...[{}, { position: 'attention' }, { position: 'focus', focus: { x: 0, y: 0 } }].map(
    (place) =>
      [
        { resize: { width: 30, height: 47, fit: 'contain', background: 'red', ...place } },
        (image: Sharp) => image.resize(30, 47, { fit: 'contain', background: 'red' }),
      ] as const,
  ),
  [
    { resize: { width: 30, height: 60, position: 'focus', focus: { x: 0.3, y: 0.5 } } },
    (image) => image.extract({ left: 12, top: 0, width: 30, height: 60 }),
  ],
  [
    { resize: { width: 45, kernel: 'nearest' } },
    (image) => image.resize(45, undefined, { kernel: 'nearest' }),
  ],
  ...(['centre', 'left', 'right'] as const).map(
    (position) =>
      [
        { resize: { width: 61, height: 30, fit: 'contain', position, background: 'red' } },
        (image: Sharp) => image.resize(61, 30, { fit: 'contain', position, background: 'red' }),
      ] as const,
  ),
  [{ rotate: -90 }, (image) => image.rotate(-90)],
  [
    { rotate: { angle: 33, background: 'white' } },
    (image) => image.rotate(33, { background: 'white' }),
  ],
  ['sharpen', (image) => image.sharpen()],
  [{ sharpen: { sigma: 1.5, m2: 4 } }, (image) => image.sharpen({ sigma: 1.5, m2: 4 })],
  [{ tint: 'rgb(40, 90, 200)' }, (image) => image.tint('rgb(40, 90, 200)')],
];

describe.each([
  ['a picture', false],
  ['a picture with alpha', true],
])('alone on %s', (_, alpha) => {
  const picture = sample({ width: 90, height: 60, format: 'png', alpha });

  test.each(cases)('%j is what sharp makes', async (step, call) => {
    // A placeholder that is larger than the variant would share its reduction.
    const placeholder = NO_PLACEHOLDER;
    const output = await renderOne(engine, catalog, await picture, [step], { placeholder });
    const wanted = await call(sharp(await picture))
      .png()
      .toBuffer();
    expect((await difference(output.bytes, wanted)).largest).toBeLessThan(2);
  });
});

test.each(catalog.names)('%s refuses an option that it does not know', (name) => {
  const step = { [name]: { ...(name === 'encode' ? { format: 'jpeg' } : {}), bogus: 1 } };
  const { error } = catalog.stepSchema.safeParse(step);
  const unknown = error?.issues.filter(({ message }) =>
    message.startsWith('unknown option "bogus"'),
  );
  expect(unknown).toMatchObject([{ path: [name, 'bogus'] }]);
});

test.each([
  [{ blur: 0.1 }, 'blur'],
  [{ blur: { sigma: 2, precision: 'exact' } }, 'blur.precision'],
  [{ sharpen: 11 }, 'sharpen'],
  [{ median: 1.5 }, 'median'],
  [{ modulate: { brightness: -1 } }, 'modulate.brightness'],
  [{ gamma: 4 }, 'gamma'],
  [{ normalise: { lower: 60, upper: 40 } }, 'normalise'],
  [{ tint: 'nocolour' }, 'tint'],
  [{ extend: { top: -1 } }, 'extend.top'],
  [{ flatten: 7 }, 'flatten'],
  [{ mask: 'star' }, 'mask'],
  [{ mask: { radius: '60%' } }, 'mask.radius'],
  [{ rotate: 400 }, 'rotate'],
  [{ sharpen: { m1: 3 } }, 'sharpen.m1'],
  [{ blur: { precision: 'float' } }, 'blur.precision'],
  [{ blur: { minAmplitude: 0.1 } }, 'blur.minAmplitude'],
])('%j is out of range', (step, path) => {
  const issues = catalog.stepSchema.safeParse(step).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

test.each([
  [{ rotate: 'left' }, 'expected auto, or degrees from -360 to 360, got "left"'],
  [{ mask: { radius: '51%' } }, 'expected pixels (0 and up) or a percentage up to 50%, got "51%"'],
  [{ watermark: { text: 'A', width: 30 } }, 'expected 0% to 100%, got 30'],
  [{ encode: { format: 'avif', bitdepth: 9 } }, 'expected 8, 10 or 12, got 9'],
  [{ encode: 'heic' }, 'the installed sharp has no encoder for HEIC; supported: jpeg, png, '],
  [{ blur: { precision: 'float' } }, 'precision requires sigma, got "float"'],
])('%j is rejected with the allowed values', (step, message) => {
  const issues = catalog.stepSchema.safeParse(step).error?.issues ?? [];
  expect(issues.map((issue) => issue.message)).toEqual([expect.stringContaining(message)]);
});
