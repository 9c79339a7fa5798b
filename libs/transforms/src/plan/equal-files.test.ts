import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { arbitrarySteps } from '../testing/arbitrary-steps.ts';
import { logoOnly, renderAll } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';

const catalog = createCatalog(builtinTransforms);
const readSideFile = logoOnly(await sample({ width: 80, height: 40, format: 'png', alpha: true }));
const engine = createEngine({ catalog, readSideFile, concurrency: 2 });
const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);

/** Widths below and above the upload's, so that sets have equal files. */
const widths = fc.uniqueArray(fc.constantFrom(20, 40, 300, 400, 500), { minLength: 2 });

test('a variant that is left out, or made alone, changes no byte of a file', async () => {
  let equal = 0;
  await fc.assert(
    fc.asyncProperty(
      widths,
      arbitrarySteps,
      fc.constantFrom('webp', 'jpeg'),
      async (set, more, format) => {
        const source = await sample({ width: 90, height: 70, orientation: 6 });
        const variants = Object.fromEntries(
          set.map((width) => [
            `w${width}`,
            [
              'rotate',
              { resize: { width, withoutEnlargement: true } },
              ...more,
              { encode: format },
            ],
          ]),
        );
        const all = await renderAll(engine, catalog, source, variants);
        for (const [name, file] of all.outputs) {
          const others = new Set([...all.outputs.keys()].filter((other) => other !== name));
          const alone = await renderAll(engine, catalog, source, variants, { done: others });
          expect(alone.outputs.get(name)).toEqual(file);
          const twin = [...all.outputs.values()].find(
            (other) => other !== file && Buffer.compare(other.bytes, file.bytes) === 0,
          );
          if (!twin) continue;
          equal += 1;
          const { [name]: _, ...rest } = variants;
          const without = await renderAll(engine, catalog, source, rest);
          for (const other of others)
            expect(without.outputs.get(other)).toEqual(all.outputs.get(other));
        }
      },
    ),
    { numRuns: 40, seed: SEED },
  );
  expect(equal).toBeGreaterThan(20);
});
