import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { SourceFacts } from '../image-engine.ts';
import { makePlan } from './make-plan.ts';

const catalog = createCatalog(builtinTransforms);

const photo: SourceFacts = {
  format: 'jpeg',
  width: 3000,
  height: 2003,
  orientation: 6,
  pages: 1,
  bytes: 1_000_000,
  hasAlpha: false,
  progressive: false,
};

/** One line a stage: where from, what, what for. */
function planOf(variants: Record<string, unknown>, facts: Partial<SourceFacts> = {}) {
  const { stages } = makePlan({
    recipe: 'photos',
    facts: { ...photo, ...facts },
    variants: Object.entries(variants).map(([name, steps]) => ({
      name,
      steps: catalog.stepsSchema.parse(steps),
    })),
    bind: (step) => catalog.bind(step),
  });
  return stages.map((stage) => {
    const work = stage.operations.map(({ transform }) => transform).join(' ') || 'nothing';
    const { width, height } = stage.shape;
    const end =
      stage.kind === 'file' ? stage.variant : stage.kind === 'pixels' ? stage.barrier : stage.kind;
    return `${stage.id} from ${stage.input}: ${work} to ${width}×${height}, ${end}`;
  });
}

const upright = { rotate: 'auto' };

describe('variants of one upload', () => {
  test('start from one decode at the largest size that any needs', () => {
    const width = (pixels: number) => [upright, { resize: { width: pixels } }, { encode: 'webp' }];
    expect(
      planOf({
        small: width(320),
        large: width(1280),
        jpeg: [...width(1280).slice(0, 2), { encode: 'jpeg' }],
      }),
    ).toEqual([
      '0 from upload: rotate scale to 1280×855, the largest size that small, large, jpeg, (placeholder) need',
      '1 from 0: resize to 320×214, small',
      '2 from 0: nothing to 1280×855, large',
      '3 from 0: nothing to 1280×855, jpeg',
      '4 from 0: resize to 100×67, placeholder',
    ]);
  });

  test('get full resolution when one needs it, and the smaller ones still share a reduction', () => {
    const lines = planOf({
      full: [upright, { encode: 'webp' }],
      small: [upright, { resize: { width: 320 } }],
      large: [upright, { resize: { width: 640 } }],
    });
    expect(lines).toEqual([
      '0 from upload: rotate to 3000×2003, shared by full, small, large, (placeholder)',
      '1 from 0: scale to 640×427, the largest size that small, large, (placeholder) need',
      '2 from 1: resize to 320×214, small',
      '3 from 1: nothing to 640×427, large',
      '4 from 1: resize to 100×67, placeholder',
      '5 from 0: nothing to 3000×2003, full',
    ]);
  });

  test('that enlarge, or show every resampling, start from full resolution', () => {
    const lines = planOf({
      icon: [upright, { resize: { width: 320, kernel: 'nearest' } }],
      huge: [upright, { resize: { width: 6000 } }],
    });
    expect(lines[0]).toMatch(/^0 from upload: rotate to 3000×2003, shared by/);
    expect(lines.slice(1)).toEqual([
      '1 from 0: resize to 320×214, icon',
      '2 from 0: resize to 6000×4006, huge',
      '3 from 0: resize to 100×67, placeholder',
    ]);
  });
});

describe('steps share a pipeline until sharp’s order differs from theirs', () => {
  test('two resizes', () => {
    const steps = [upright, { resize: { width: 600 } }, { resize: { width: 300 } }];
    const other = [upright, { resize: { width: 900 } }];
    expect(planOf({ one: steps, other })).toContain(
      '1 from 0: resize to 600×401, sharp does resize once per pipeline',
    );
  });
});

test('a decode for each way of reading the upload', () => {
  const facts = { format: 'gif', pages: 3, orientation: 1, hasAlpha: true } as const;
  const lines = planOf({ moving: [{ resize: { width: 300 } }], still: [{ encode: 'png' }] }, facts);
  expect(lines[0]).toBe('0 from upload: nothing to 3000×2003, frames are worked on one by one');
  expect(lines.filter((line) => line.includes('from upload'))).toHaveLength(2);
});

test('settings do not become operations', () => {
  const steps = [{ metadata: ['copyright'] }, upright, { encode: 'webp' }];
  expect(planOf({ one: steps })).toContain('2 from 0: nothing to 3000×2003, one');
});

test('an unknown transform is refused', () => {
  expect(() => catalog.bind({ transform: 'blurr', options: {} })).toThrow(/unknown transform/);
});
