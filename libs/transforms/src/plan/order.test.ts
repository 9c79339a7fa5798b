import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine, createReferenceEngine } from '../engine/create-engine.ts';
import { DEFAULT_PLACEHOLDER, NO_PLACEHOLDER, type PlaceholderParts } from '../image-engine.ts';
import {
  arbitraryShownSteps,
  arbitraryVariants,
  DRAWN_TRANSFORMS,
} from '../testing/arbitrary-steps.ts';
import { difference } from '../testing/compare.ts';
import { logoOnly, renderAll } from '../testing/render.ts';
import { sample, type SampleOptions } from '../testing/samples.ts';

const catalog = createCatalog(builtinTransforms);
const readSideFile = logoOnly(
  await sample({ width: 80, height: 40, format: 'png', alpha: true, seed: 7 }),
);
const engine = createEngine({ catalog, readSideFile });
const reference = createReferenceEngine({ catalog, readSideFile });
/** Random recipes of each property: enough to find a new transform that lies about its place, in seconds. */
const RUNS = 150;
/**
 * The same recipes every time: a tolerance decides about differences, and a picture of a few pixels whose contrast is
 * stretched (108×30 to 8×2, then `normalise`) can pass any. `DARKROOM_SEED` draws others.
 */
const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);

async function compare(
  source: Buffer,
  variants: Record<string, unknown>,
  placeholder: PlaceholderParts,
) {
  const planned = await renderAll(engine, catalog, source, variants, { placeholder });
  const stepByStep = await renderAll(reference, catalog, source, variants);
  const differences = [];
  for (const [name, { bytes, width, height }] of stepByStep.outputs) {
    const other = planned.outputs.get(name);
    expect({ width: other?.width, height: other?.height }).toEqual({ width, height });
    differences.push(await difference(other?.bytes ?? new Uint8Array(), bytes));
  }
  return differences;
}

const pictures = fc.record({
  width: fc.integer({ min: 30, max: 120 }),
  height: fc.integer({ min: 30, max: 120 }),
  orientation: fc.integer({ min: 1, max: 8 }),
  seed: fc.integer({ min: 1, max: 5 }),
});

/** Without one, a variant may go on in the very pipeline that decodes. */
const placeholders = fc.constantFrom(DEFAULT_PLACEHOLDER, NO_PLACEHOLDER);

test('every transform that changes pixels is drawn', () => {
  const pixels = builtinTransforms.filter(
    ({ name }) => !['encode', 'metadata', 'colourspace', 'montage'].includes(name),
  );
  expect([...DRAWN_TRANSFORMS].sort()).toEqual(pixels.map(({ name }) => name).sort());
});

test('the plan of a variant does what its steps say in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      pictures,
      fc.constantFrom<SampleOptions>({ format: 'png' }, { format: 'png', alpha: true }),
      arbitraryShownSteps,
      placeholders,
      async (picture, kind, steps, placeholder) => {
        const source = await sample({ ...picture, ...kind });
        const [found] = await compare(source, { one: [...steps, { encode: 'png' }] }, placeholder);
        // The reference rounds to 8 bits after every step; the plan of a picture this small is made from the
        // placeholder's pixels, and is therefore resampled twice.
        expect(found?.mean).toBeLessThan(2);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

test('so does the plan of several variants that share their work', async () => {
  await fc.assert(
    fc.asyncProperty(
      pictures,
      fc.constantFrom<SampleOptions>(
        { format: 'jpeg' },
        { format: 'webp' },
        { format: 'png', alpha: true },
      ),
      arbitraryVariants,
      placeholders,
      async (picture, kind, variants, drawn) => {
        // Pictures this small differ too much if only the decoder scales them.
        const placeholder = kind.format === 'png' ? drawn : DEFAULT_PLACEHOLDER;
        const source = await sample({ ...picture, ...kind });
        const named = Object.fromEntries(
          variants.map((steps, index) => [`v${index}`, [...steps, { encode: 'png' }]]),
        );
        // Shrink-on-load and a reduction on the way resample twice, which these tiny pictures show most.
        for (const { mean } of await compare(source, named, placeholder))
          expect(mean).toBeLessThan(4);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});
