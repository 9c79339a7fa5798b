import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { PlannedCell, SourceFacts } from '../image-engine.ts';
import { estimateRender } from './estimate.ts';
import { makePlan } from './make-plan.ts';
import { montageOf, planSheet } from './sheet.ts';

const MIB = 1024 * 1024;
const catalog = createCatalog(builtinTransforms);
const page: SourceFacts = {
  ...{ format: 'tiff', width: 300, height: 200, orientation: 1, pages: 3, bytes: 10_000 },
  ...{ hasAlpha: false, progressive: false },
};
const variantOf = (...steps: unknown[]) => ({
  name: 'v',
  steps: catalog.stepsSchema.parse(steps),
});
const cell = (more: Partial<PlannedCell> = {}): PlannedCell => ({
  ...{ variant: 'v', width: 100, height: 50, hasAlpha: false, depth: 8, isExact: true },
  ...more,
});
const upload = { facts: page, recipe: 'scans', effort: 'small' } as const;

test('a sheet has the facts of a PNG, and says what it was made of', () => {
  const variant = variantOf({ montage: { columns: 2, gap: 10 } }, { encode: 'webp' });
  const { request } = planSheet({ ...variant, frame: 3 }, [cell(), cell()], upload);
  expect(request).toEqual({
    ...{ recipe: 'scans', effort: 'small', variants: [variant] },
    placeholder: { thumbhash: false, dominantColour: false, blurhash: false },
    facts: {
      ...{ format: 'png', width: 210, height: 50, orientation: 1, pages: 1, sheetOf: 'tiff' },
      ...{ bytes: 210 * 50 * 3 + 50, hasAlpha: false, progressive: false },
      coding: { depth: 8, space: 'rgb', profile: 'none' },
      structure: {
        ...{ format: 'png', bytes: 210 * 50 * 3 + 50, width: 210, height: 50, depth: 8 },
        ...{ colourType: 2, interlaced: false, alpha: false, chunks: 3, frames: 1 },
      },
    },
  });
  const parallel = planSheet(variant, [cell()], { ...upload, concurrency: 2 });
  expect(parallel.request.concurrency).toBe(2);
});

test('it holds all cells, its pixels and its file while it is made', () => {
  const variant = variantOf({ montage: { columns: 1, background: 'transparent' } });
  const cells = [cell({ depth: 16 }), cell({ hasAlpha: true })];
  const { joining, cellBytes, isExact, request } = planSheet(variant, cells, upload);
  const own = 100 * 50 * 6 + 50 + 100 * 50 * 4 + 50;
  const pixels = 100 * 100 * 8;
  expect(cellBytes).toBe(own + 2_000_000);
  expect(joining.memory).toBeCloseTo((own + 2 * pixels + 1_000_000) / MIB, 9);
  expect(joining.cpuSeconds).toBeCloseTo(2 * 0.002 + (0.01 * (own + pixels)) / MIB, 9);
  expect(isExact).toBe(true);
  expect(request.facts).toMatchObject({ hasAlpha: true, coding: { depth: 16 } });
  expect(request.facts.structure).toMatchObject({ colourType: 6, alpha: true, depth: 16 });
});

test('without options of the step, the defaults hold', () => {
  expect(montageOf(variantOf({ montage: 3 }).steps)).toMatchObject({ columns: 3 });
  expect(montageOf([])).toEqual({ gap: 0, background: '#ffffff' });
});

function cellsOf(...steps: unknown[]) {
  const bind = (step: Parameters<typeof catalog.bind>[0]) => catalog.bind(step);
  const variants = [variantOf(...steps)];
  const plan = makePlan({ recipe: 'r', facts: page, variants, placeholder: false, bind });
  return estimateRender(page, plan, 1).cells;
}

test('the estimate of a page has its cell', () => {
  expect(cellsOf({ resize: { width: 30 } }, 'montage', { resize: { width: 9 } })).toEqual([
    { variant: 'v', width: 30, height: 20, hasAlpha: false, depth: 8, isExact: true },
  ]);
  expect(cellsOf({ encode: 'png' })).toBeUndefined();
});

test('what a step that measures leaves may be a strip', () => {
  expect(cellsOf('trim', { resize: { width: 30 } }, 'montage')).toEqual([
    { variant: 'v', width: 30, height: 40, hasAlpha: false, depth: 8, isExact: false },
  ]);
  // And is not a cell without a montage.
  expect(cellsOf('trim', { resize: { width: 30 } })).toBeUndefined();
});
