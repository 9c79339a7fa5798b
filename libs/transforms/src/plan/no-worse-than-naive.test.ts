import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { SourceFacts } from '../image-engine.ts';
import { arbitraryVariants } from '../testing/arbitrary-steps.ts';
import { naiveWork, planWork, sumOf, type Work } from '../testing/plan-work.ts';
import { makePlan } from './make-plan.ts';

const catalog = createCatalog(builtinTransforms);
/** As in `order.test.ts`: the same recipes every time, others by `DARKROOM_SEED`. */
const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);
const RUNS = Number(process.env['DARKROOM_RUNS'] ?? 500);
/** Most of what a naive program needs. */
const SHARE = 1.1;

const uploads = fc
  .record({
    width: fc.integer({ min: 100, max: 6000 }),
    height: fc.integer({ min: 100, max: 6000 }),
    orientation: fc.constantFrom(1, 1, 3, 6, 8),
    format: fc.constantFrom('jpeg', 'jpeg', 'png'),
    profile: fc.constantFrom('none', 'none', 'other'),
  })
  .map(({ width, height, orientation, format, profile }): SourceFacts => {
    const [stored] = [orientation > 4 ? { width: height, height: width } : { width, height }];
    const blocks = (1.5 * width * height) / 64;
    const jpeg = {
      ...{ format: 'jpeg', bytes: 0, ...stored, components: 3, process: 0, blocks },
      ...{ held: false, scans: 1, firstBlocks: blocks, refinedBlocks: 0 },
      ...{ ended: true, complete: true },
    } as const;
    const png = {
      ...{ format: 'png', bytes: 0, ...stored, depth: 8, colourType: 2, interlaced: false },
      ...{ alpha: false, chunks: 3 },
    } as const;
    return {
      ...{ format, width, height, orientation, pages: 1, bytes: 1_000_000, hasAlpha: false },
      ...{ progressive: false, coding: { depth: 8, space: 'rgb', profile } },
      structure: format === 'jpeg' ? jpeg : png,
    } as SourceFacts;
  });

const side = fc.integer({ min: 30, max: 1500 });
const size = fc.oneof(
  fc.record({ width: side }),
  fc.record({ width: side, height: side, fit: fc.constantFrom('cover', 'inside', 'contain') }),
  fc.record({
    ...{ width: side, height: side, position: fc.constant('focus') },
    focus: fc.constant({ x: 0.2, y: 0.7 }),
  }),
);
/** What most recipes have: a size, and perhaps a cut and a filter. */
const usual = fc
  .tuple(size, fc.constantFrom(undefined, undefined, '1:1', '16:9'), fc.boolean())
  .map(([resize, aspectRatio, isSharpened]): object[] => [
    { resize },
    ...(aspectRatio ? [{ crop: { aspectRatio } }] : []),
    ...(isSharpened ? [{ sharpen: {} }] : []),
  ]);

/** Most recipes make upright first. */
const recipes = fc
  .tuple(fc.boolean(), fc.oneof(arbitraryVariants, fc.array(usual, { minLength: 1, maxLength: 4 })))
  .map(([isUpright, variants]) =>
    isUpright ? variants.map((steps) => [{ rotate: 'auto' }, ...steps]) : variants,
  );

/** Fails if the engine does more than the naive way. */
function expectNoMore(engine: Work, naive: Work): void {
  for (const counter of ['decodes', 'encodes', 'encodedPixels', 'seconds'] as const) {
    expect(engine[counter], counter).toBeLessThanOrEqual(SHARE * naive[counter]);
  }
}

test('no recipe costs more than one pipeline for each of its files', () => {
  fc.assert(
    fc.property(uploads, recipes, fc.boolean(), (facts, drawn, placeholder) => {
      const variants = drawn.map((given, index) => ({
        name: `v${index}`,
        // The rest of a plan with a trim is known only with its pixels.
        steps: catalog.stepsSchema.parse([
          ...given.filter((step) => !('trim' in step)),
          { encode: 'jpeg' },
        ]),
      }));
      const bind = (step: Parameters<typeof catalog.bind>[0]) => catalog.bind(step);
      const plan = makePlan({ recipe: 'photos', facts, variants, bind, placeholder });
      const skipped = new Set(plan.skipped.map(({ variant }) => variant));
      const naive = variants
        .filter(({ name }) => !skipped.has(name))
        .map(({ steps }) => naiveWork(facts, steps.map(bind), true));
      const small = catalog.stepsSchema.parse([
        'rotate',
        { resize: { width: 100, height: 100, fit: 'inside', withoutEnlargement: true } },
      ]);
      const hashed = placeholder ? [naiveWork(facts, small.map(bind), false)] : [];
      expectNoMore(planWork(plan, facts), sumOf([...naive, ...hashed]));
    }),
    { numRuns: RUNS, seed: SEED },
  );
});
