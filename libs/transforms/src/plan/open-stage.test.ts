import { describe, expect, test } from 'vitest';
import type { BoundTransform, Shape } from '../bound-transform.ts';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { SharpSlot } from '../sharp-order.ts';
import { convertsLast, type OpenStage, withOperation, withStep } from './open-stage.ts';
import type { Operation } from './render-plan.ts';

const catalog = createCatalog(builtinTransforms);

const shapeOf = (width: number, height: number, hasAlpha = false): Shape => ({
  ...{ width, height, orientation: 1, hasAlpha },
});

/** A pipeline that starts from an upload of 3,000 × 2,000 pixels. */
function open(more: Partial<OpenStage> = {}): OpenStage {
  const shape = more.shape ?? shapeOf(3000, 2000);
  return {
    ...{ input: 'upload', mode: { animated: false, keepColours: false, depth: 8 } },
    ...{ operations: [], used: new Set(), shape },
    actual: { width: shape.width, height: shape.height },
    ...more,
  };
}

const step = (given: unknown) => {
  const [parsed] = catalog.stepsSchema.parse([given]) as [
    ReturnType<typeof catalog.stepsSchema.parse>[number],
  ];
  return { ...parsed, step: 0, bound: catalog.bind(parsed) };
};
const add = (stage: OpenStage, given: unknown) => withStep(stage, step(given), ['one']);
/** The pipeline after a step that joins it. */
function after(stage: OpenStage, given: unknown): OpenStage {
  const joined = add(stage, given);
  if (typeof joined === 'string') throw new Error(joined);
  return joined;
}

/** A step as a plugin may declare it. */
const plugin = (more: Partial<Record<keyof BoundTransform, unknown>>) => ({
  ...{ transform: 'own', options: {}, step: 0 },
  bound: {
    ...{ name: 'own', kind: 'pixels', apply: (image: unknown) => image },
    ...{ after: (shape: Shape) => shape, slots: () => undefined, scale: () => undefined },
    ...more,
  } as unknown as BoundTransform,
});

/** An operation on pixels of 3,000 × 2,000. */
const operation = (more: Partial<Operation> = {}, kind = 'pixels'): Operation => ({
  ...{ transform: 'own', options: {}, variants: ['one'], step: 0 },
  ...{ input: shapeOf(3000, 2000), output: shapeOf(3000, 2000) },
  bound: { kind } as Operation['bound'],
  ...more,
});

describe('the pixels per inch of a picture of 300', () => {
  const scaled = ([width, height]: [number, number], [to, high]: [number, number]) => {
    const shape = shapeOf(width, height);
    const fill = { resize: { width: to, height: high, fit: 'fill' } };
    return after(open({ shape, density: 300 }), fill).density;
  };

  test.each<[what: string, from: [number, number], to: [number, number], density?: number]>([
    ['halve with its sides', [3000, 2000], [1500, 1000], 150],
    ['double with its sides', [3000, 2000], [6000, 4000], 600],
    ['stay with its size', [3000, 2000], [3000, 2000], 300],
    // Sides are whole numbers: one pixel more or less is rounding.
    ['may be rounded by a pixel of a small picture', [30, 20], [15, 9], 150],
    ['may be rounded by a hundredth of a large picture', [3000, 2000], [1500, 998], 150],
    ['are unknown if it is squeezed', [3000, 2000], [1500, 980]],
    ['are unknown if a small one is squeezed', [20, 30], [9, 15]],
    ['are those of the longer side', [2000, 3000], [998, 1500], 150],
    ['are those of the height of a square', [1000, 1001], [500, 500], (300 * 500) / 1001],
  ])('%s', (_what, from, to, density) => {
    expect(scaled(from, to)).toBe(density);
  });

  test('stay through a step that does not scale', () => {
    expect(after(open({ density: 300 }), 'flip').density).toBe(300);
    expect(after(open({ density: 300 }), { rotate: 90 }).density).toBe(300);
  });

  test('are those of square pixels, which the first scaling makes', () => {
    const scaling = { ...step({ resize: { width: 1500 } }), transform: 'scale' };
    expect(withStep(open({ density: 204 }), scaling, ['one'])).toMatchObject({ density: 204 });
  });

  test('are unknown if the file does not state them', () => {
    expect(after(open(), { resize: { width: 1500 } }).density).toBeUndefined();
  });
});

describe('a step', () => {
  test('that is a setting changes nothing', () => {
    const stage = open({ density: 300 });
    expect(add(stage, { encode: 'webp' })).toBe(stage);
  });

  test('whose size exists already has no operation', () => {
    const stage = open({ input: 0, actual: { width: 300, height: 200 } });
    expect(after(stage, { resize: { width: 300 } })).toMatchObject({
      operations: [],
      shape: { width: 300, height: 200 },
    });
  });

  test.each([
    ['wider', { width: 400, height: 200 }],
    ['higher', { width: 300, height: 250 }],
  ])('is done if the pixels are %s than its result', (_what, actual) => {
    const { operations } = after(open({ input: 0, actual }), { resize: { width: 300 } });
    expect(operations).toHaveLength(1);
  });

  test('is done if it cuts what the pixels do not show', () => {
    const shape = shapeOf(2000, 1200);
    const stage = open({ input: 0, shape, actual: { width: 1000, height: 500 } });
    expect(after(stage, { resize: { width: 1000, height: 500 } }).operations).toHaveLength(1);
  });

  test('without effect on this picture has no operation', () => {
    const stage = open({ input: 0 });
    expect(after(stage, 'rotate').operations).toEqual([]);
  });

  test.each<[fromUpload: boolean, stage: Partial<OpenStage>]>([
    [true, {}],
    [false, { input: 0 }],
    [false, { operations: [operation()], used: new Set<SharpSlot>(['autoOrient']) }],
  ])('is asked for its operations, on the upload itself: %s', (fromUpload, more) => {
    const asked: unknown[] = [];
    const slots = (shape: Shape, context: object) => (asked.push({ shape, ...context }), ['blur']);
    const stage = open(more);
    withStep(stage, plugin({ slots }), ['one']);
    expect(asked).toEqual([{ shape: stage.shape, fromUpload, used: stage.used }]);
  });

  test('of unknown size leaves an animation as it is, or does not apply to it', () => {
    const moving = open({ input: 0, mode: { animated: true, keepColours: false, depth: 8 } });
    const measured = plugin({ measured: true });
    expect(() => withStep(moving, measured, ['one'])).toThrow('different sizes');
    const keeping = plugin({ measured: true, keepsAnimations: true });
    expect(withStep(moving, keeping, ['one'])).toMatchObject({ operations: [] });
    expect(withStep(open({ input: 0 }), measured, ['one'])).toMatchObject({
      operations: [{ measured: true }],
    });
  });
});

describe('a step without declared operations', () => {
  const ALONE = 'own has a pipeline of its own';

  test('starts a pipeline and ends it', () => {
    const joined = withOperation(open({ input: 0 }), operation());
    expect(joined).toMatchObject({ operations: [{ transform: 'own' }], sealed: ALONE });
    expect(withOperation(joined as OpenStage, operation({ slots: ['flip'] }))).toBe(ALONE);
  });

  test('joins no pipeline, and takes no unusual pixels', () => {
    const begun = open({ input: 0, operations: [operation({ slots: ['flip'] })] });
    expect(withOperation(begun, operation())).toBe(ALONE);
    expect(withOperation(open({ unusualPixels: '16-bit ones' }), operation())).toBe(ALONE);
  });
});

test('a step that computes on pixels starts from pixels in memory', () => {
  const raw = operation({ slots: [] }, 'raw');
  const reason = 'own works on pixels in memory';
  expect(withOperation(open(), raw)).toBe(reason);
  expect(withOperation(open({ input: 0, operations: [operation()] }), raw)).toBe(reason);
  expect(withOperation(open({ input: 0 }), raw)).toMatchObject({ operations: [raw] });
});

test('alpha counts before and after a step', () => {
  const tint = (output: Shape) => operation({ output, slots: ['modulate'] });
  const resized = (hasAlpha: boolean) =>
    open({ shape: shapeOf(3000, 2000, hasAlpha), used: new Set<SharpSlot>(['resize']) });
  for (const [before, later] of [
    [true, false],
    [false, true],
    [true, true],
  ] as const)
    expect(withOperation(resized(before), tint(shapeOf(3000, 2000, later)))).toContain(
      'multiplies colours by alpha around resize, which changes modulate',
    );
  expect(withOperation(resized(false), tint(shapeOf(3000, 2000)))).toMatchObject({ used: {} });
});

describe('colours that are not converted yet', () => {
  const unconverted = 3000 * 2000;

  test('are converted at the end of a pipeline that halves the pixels', () => {
    const reducedTo = (width: number, height: number) =>
      convertsLast(open({ unconverted, actual: { width, height } }));
    expect(reducedTo(1500, 2000)).toBe(true);
    expect(reducedTo(1501, 2000)).toBe(false);
    expect(convertsLast(open({ actual: { width: 1, height: 1 } }))).toBe(false);
  });

  test('stay so through steps that work in any colours', () => {
    expect(after(open({ unconverted }), { resize: { width: 2900 } })).toMatchObject({
      unconverted,
    });
    expect(after(open(), { resize: { width: 2900 } })).not.toHaveProperty('unconverted');
  });

  test('are converted by the decoder before any other step', () => {
    expect(after(open({ unconverted }), 'sharpen')).not.toHaveProperty('unconverted');
  });
});
