import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine, createReferenceEngine } from '../engine/create-engine.ts';
import { DEFAULT_PLACEHOLDER, NO_PLACEHOLDER } from '../image-engine.ts';
import { arbitraryShownSteps } from '../testing/arbitrary-steps.ts';
import { difference } from '../testing/compare.ts';
import { logoOnly, renderOne } from '../testing/render.ts';
import { sample, type SampleOptions } from '../testing/samples.ts';

const catalog = createCatalog(builtinTransforms);
const readSideFile = logoOnly(
  await sample({ width: 80, height: 40, format: 'png', alpha: true, seed: 7 }),
);
const engine = createEngine({ catalog, readSideFile });
const reference = createReferenceEngine({ catalog, readSideFile });
/** Random recipes for each kind of picture. */
const RUNS = 60;
/** As in `order.test.ts`: the same recipes every time, others by `DARKROOM_SEED`. */
const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);

/** Pictures that are not 8-bit RGB inside sharp until the pipeline ends. */
const KINDS: Readonly<Record<string, readonly [SampleOptions, (image: Sharp) => Sharp]>> = {
  'grey JPEG': [{}, (image) => image.grayscale().jpeg()],
  'grey PNG with alpha': [{ alpha: true }, (image) => image.toColourspace('b-w').png()],
  'PNG of 16 bits': [{}, (image) => image.toColourspace('rgb16').png()],
  'PNG of 16 bits with alpha': [{ alpha: true }, (image) => image.toColourspace('rgb16').png()],
  'PNG of 16 bits in Display P3': [
    { profile: 'p3' },
    (image) => image.toColourspace('rgb16').keepIccProfile().png(),
  ],
  'PNG with a palette and transparency': [{ alpha: true }, (image) => image.png({ colours: 64 })],
  'JPEG in CMYK': [{}, (image) => image.toColourspace('cmyk').jpeg()],
  'JPEG in Display P3': [{ profile: 'p3' }, (image) => image.keepIccProfile().jpeg()],
  'TIFF of 16 bits': [{}, (image) => image.toColourspace('rgb16').tiff()],
};

const pictures = fc.record({
  width: fc.integer({ min: 30, max: 120 }),
  height: fc.integer({ min: 30, max: 120 }),
  seed: fc.integer({ min: 1, max: 5 }),
});
/** Without trims, which hang on single steps of rounding: these pictures are rounded in other places than 8-bit RGB. */
const stepsOfOneSize = arbitraryShownSteps.map((steps) =>
  steps.filter((step) => !('trim' in step)),
);
/** Without one, a variant may go on in the very pipeline that decodes. */
const placeholders = fc.constantFrom(DEFAULT_PLACEHOLDER, NO_PLACEHOLDER);
const colours = fc.constantFrom([], [{ colourspace: 'keep' }], [{ colourspace: 'p3' }]);

test.each(Object.keys(KINDS))('steps take effect in their order on a %s', async (kind) => {
  const [options, make] = KINDS[kind] ?? [];
  await fc.assert(
    fc.asyncProperty(
      pictures,
      colours,
      stepsOfOneSize,
      placeholders,
      async (picture, first, rest, placeholder) => {
        const scene = sharp(await sample({ format: 'png', ...options, ...picture }));
        const source = await (make ? make(scene) : scene).toBuffer();
        const steps = [...first, ...rest, { encode: 'png' }];
        const planned = await renderOne(engine, catalog, source, steps, { placeholder });
        const stepByStep = await renderOne(reference, catalog, source, steps);
        const size = ({ width, height }: typeof planned) => ({ width, height });
        expect(size(planned)).toEqual(size(stepByStep));
        const { hasProfile, depth, channels } = await sharp(stepByStep.bytes).metadata();
        expect(await sharp(planned.bytes).metadata()).toMatchObject({
          hasProfile,
          depth,
          channels,
        });
        const { mean } = await difference(planned.bytes, stepByStep.bytes);
        expect(mean).toBeLessThan(4);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

test.each(['attention', 'entropy'])(
  'the liveliest part of 16-bit pixels is looked for in the 8 bits that %s knows',
  async (position) => {
    const deep = sharp(await sample({ width: 90, height: 60, format: 'png' })).toColourspace(
      'rgb16',
    );
    const source = await deep.png().toBuffer();
    const steps = [{ resize: { width: 30, height: 40, position } }, { encode: 'png' }];
    const placeholder = NO_PLACEHOLDER;
    const planned = await renderOne(engine, catalog, source, steps, { placeholder });
    const stepByStep = await renderOne(reference, catalog, source, steps);
    expect((await difference(planned.bytes, stepByStep.bytes)).largest).toBe(0);
  },
);
