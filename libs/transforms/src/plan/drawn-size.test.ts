import { expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { defineTransform } from '../define-transform.ts';
import type { DecodedStructure } from '../cost/structure.ts';
import type { SourceFacts } from '../image-engine.ts';
import { drawnSize } from './drawn-size.ts';

/** A plugin that does not say which operations of sharp it uses. */
const own = defineTransform({
  ...{ name: 'own', version: 1, apply: (image) => image },
  options: z.strictObject({}).meta({ description: 'For the test.', examples: [{}] }),
});
const catalog = createCatalog([...builtinTransforms, own]);
const shape = { width: 400, height: 300, orientation: 1, hasAlpha: false };
const structure: DecodedStructure = {
  ...{ format: 'decoded', bytes: 1000, width: 400, height: 300, channels: 3, depth: 8 },
  ...{ reading: { cpuSeconds: 0.1, memory: 10 }, scales: true },
};
/** A page of a PDF, whose decoder draws any size. */
const page: SourceFacts = {
  ...{ format: 'pdf', width: 400, height: 300, orientation: 1, pages: 1, bytes: 1000 },
  ...{ hasAlpha: false, progressive: false, structure },
};

/** The size at which the page is drawn for variants with these steps. */
const sizeFor = (variants: readonly unknown[][], facts: SourceFacts = page) =>
  drawnSize(
    variants.map((given, index) => ({
      name: `v${index}`,
      steps: catalog.stepsSchema
        .parse(given)
        .map((step, at) => ({ ...step, step: at, bound: catalog.bind(step) })),
    })),
    facts,
    shape,
  );
const resize = (width: number, more: object = {}) => ({ resize: { width, ...more } });

test('a drawing is drawn at the largest width and height that its variants scale to', () => {
  expect(sizeFor([[resize(800)]])).toEqual({ width: 800, height: 600 });
  expect(sizeFor([[resize(100)]])).toEqual({ width: 100, height: 75 });
  expect(sizeFor([[resize(100)], [resize(1600), 'flip'], [resize(800)]])).toEqual({
    width: 1600,
    height: 1200,
  });
  const fill = (width: number, height: number) => [resize(width, { height, fit: 'fill' })];
  expect(sizeFor([fill(900, 100), fill(100, 900)])).toEqual({ width: 900, height: 900 });
  expect(sizeFor([fill(100, 300)])).toEqual({ width: 100, height: 300 });
  expect(sizeFor([fill(400, 100)])).toEqual({ width: 400, height: 100 });
});

test('settings may come before', () => {
  const steps = [{ metadata: ['copyright'] }, resize(800), { encode: 'webp' }];
  expect(sizeFor([steps])).toEqual({ width: 800, height: 600 });
});

test.each<[when: string, variants: unknown[][]]>([
  ['begins with another step, which counts in its pixels', [['flip', resize(800)]]],
  ['begins with a turn, which the upload may need', [['rotate', resize(800)]]],
  ['begins with a step of unknown effect', [['own', resize(800)], [resize(100)]]],
  ['has no step', [[resize(800)], []]],
  ['shows each pixel', [[resize(800, { kernel: 'nearest' })]]],
])('it keeps its own size if a variant %s', (_when, variants) => {
  expect(sizeFor(variants)).toBeUndefined();
});

test('it keeps its own size if that is the largest one', () => {
  expect(sizeFor([[resize(400)], [resize(100)]])).toBeUndefined();
  expect(sizeFor([])).toBeUndefined();
});

test('steps without effect may come before', () => {
  const [idle, scaling] = catalog.stepsSchema
    .parse(['own', resize(800)])
    .map((given, index) => ({ ...given, step: index, bound: catalog.bind(given) }));
  if (!idle || !scaling) throw new Error('two steps');
  const bound = { ...idle.bound, slots: () => [] };
  const variants = [{ name: 'one', steps: [{ ...idle, bound }, scaling] }];
  expect(drawnSize(variants, page, shape)).toEqual({ width: 800, height: 600 });
});

test('a variant that cannot be made does not decide', () => {
  const outside = [{ crop: { left: 0, top: 0, width: 9000, height: 10 } }];
  const failing = catalog.stepsSchema
    .parse(outside)
    .map((step) => ({ ...step, step: 0, bound: { ...catalog.bind(step), scale: fail } }));
  const [small] = [catalog.stepsSchema.parse([resize(100)])];
  const bound = small.map((step) => ({ ...step, step: 0, bound: catalog.bind(step) }));
  const variants = [
    { name: 'outside', steps: failing },
    { name: 'small', steps: bound },
  ];
  expect(drawnSize(variants, page, shape)).toEqual({ width: 100, height: 75 });
});

function fail(): never {
  throw new Error('outside the picture');
}

const { scales: _, ...fixed } = structure;
const { structure: __, ...unknown } = page;

test.each<[what: string, facts: SourceFacts]>([
  ['a picture of a decoder', { ...page, structure: fixed }],
  ['a photo', { ...page, structure: { ...structure, format: 'png' } as never }],
  ['an upload of unknown structure', unknown],
  ['a page on its side', { ...page, orientation: 6 }],
  [
    'corrected pixels',
    { ...page, coding: { depth: 8, space: 'rgb', profile: 'none', correctedFrom: 16 } },
  ],
])('%s is decoded at its own size', (_what, facts) => {
  expect(sizeFor([[resize(800)]], facts)).toBeUndefined();
});
