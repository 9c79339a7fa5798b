import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { makePlan } from '../plan/make-plan.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { regionAt, regionOfRatio } from './crop.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const landscape = { width: 400, height: 300 };

describe('a region', () => {
  test('is given in pixels and in percentages of its own side', () => {
    const at = { left: '25%', top: 30, width: '50%', height: '10%' } as const;
    expect(regionAt(landscape, at)).toEqual({ left: 100, top: 30, width: 200, height: 30 });
  });

  test.each([
    [101, '50%', '50%', { left: 51, width: 50 }],
    [101, '0%', '50%', { left: 0, width: 51 }],
    [7, '33.3%', '66.7%', { left: 2, width: 5 }],
    [1, '50%', '50%', { left: 0, width: 1 }],
  ] as const)('of a side of %i, from %s and %s long, ends inside', (side, left, width, region) => {
    const at = { left, top: 0, width, height: 1 };
    expect(regionAt({ width: side, height: 1 }, at)).toEqual({ ...region, top: 0, height: 1 });
  });

  test('that leaves the picture is refused with the numbers', () => {
    const at = { left: 300, top: 0, width: 200, height: 10 };
    expect(() => regionAt(landscape, at)).toThrow(
      'the region of 200×10 pixels at 300,0 does not lie inside the picture of 400×300',
    );
    const low = { left: 0, top: 291, width: 1, height: 10 };
    expect(() => regionAt(landscape, low)).toThrow('1×10 pixels at 0,291');
    expect(regionAt(landscape, { ...low, top: 290 })).toEqual({ ...low, top: 290 });
  });

  test.each<[Parameters<typeof regionAt>[1], object]>([
    [
      { left: 300, top: 0, width: 200, height: 10 },
      { left: 200, top: 0, width: 200, height: 10 },
    ],
    [
      { left: 500, top: 400, width: 50, height: 50 },
      { left: 350, top: 250, width: 50, height: 50 },
    ],
    [
      { left: 10, top: 10, width: 900, height: 20 },
      { left: 0, top: 10, width: 400, height: 20 },
    ],
    [
      { left: '100%', top: '100%', width: '50%', height: '10%' },
      { left: 200, top: 270, width: 200, height: 30 },
    ],
  ])('at %j that may be clamped moves into the picture', (at, region) => {
    expect(regionAt(landscape, at, 'clamp')).toEqual(region);
  });

  test.each([
    [1, 'centre', { left: 50, top: 0, width: 300, height: 300 }],
    [16 / 9, 'south', { left: 0, top: 75, width: 400, height: 225 }],
    [1, { x: 0.9, y: 0.5 }, { left: 100, top: 0, width: 300, height: 300 }],
    [1, { x: 0.45, y: 0.5 }, { left: 30, top: 0, width: 300, height: 300 }],
  ] as const)('of ratio %f at %j is the largest that fits', (ratio, where, region) => {
    expect(regionOfRatio(landscape, ratio, where)).toEqual(region);
  });
});

test.each([
  [{}, /needs width and height, or aspectRatio/],
  [{ width: 10 }, /needs width and height/],
  [
    { aspectRatio: '1:1', width: 10, height: 10 },
    /aspectRatio can be combined with gravity or focus/,
  ],
  [{ aspectRatio: '1:1', gravity: 'north', focus: { x: 0, y: 0 } }, /gravity or focus, not both/],
  [{ aspectRatio: '16x9' }, /expected WIDTH:HEIGHT \(16:9\), got "16x9"/],
  [{ aspectRatio: '0:9' }, /expected two numbers above 0/],
  [{ aspectRatio: '1:1', otherwise: 'clamp' }, /otherwise requires width and height/],
  [{ width: 0, height: 5 }, /expected more than 0, got 0/],
  [{ width: 5, height: '0%' }, /expected more than 0, got "0%"/],
  [{ left: '100.5%', width: 5, height: 5 }, /a percentage up to 100%.*"100.5%"/],
  [{ width: '120%', height: 5 }, /expected pixels or a percentage .*"120%"/],
])('%j is refused', (crop, message) => {
  const { error } = catalog.stepSchema.safeParse({ crop });
  expect(error?.issues.map((issue) => issue.message).join()).toMatch(message);
});

test('a region outside of the picture is NOT_APPLICABLE before anything is decoded', async () => {
  const photo = await sample({ width: 100, height: 80 });
  const steps = ['rotate', { crop: { left: 90, top: 0, width: 20, height: 20 } }];
  await expect(renderOne(createEngine({ catalog }), catalog, photo, steps)).rejects.toMatchObject({
    code: 'NOT_APPLICABLE',
    message: expect.stringContaining(
      'variant one, step 1 (crop): the region of 20×20 pixels at 90,0',
    ),
  });
  const facts = await createEngine({ catalog }).inspect(photo);
  const variants = [{ name: 'one', steps: catalog.stepsSchema.parse(steps) }];
  const { skipped } = createEngine({ catalog }).estimate({ facts, recipe: 'photos', variants });
  expect(skipped).toMatchObject([{ variant: 'one', code: 'NOT_APPLICABLE' }]);
});

test('after a resize, both run in one stage', () => {
  const { stages } = makePlan({
    recipe: 'photos',
    facts: {
      ...{ format: 'png', width: 400, height: 300, orientation: 1, pages: 1, bytes: 1 },
      ...{ hasAlpha: false, progressive: false },
    },
    variants: [
      {
        name: 'part',
        steps: catalog.stepsSchema.parse([
          { resize: { width: 200 } },
          { crop: { width: 50, height: 50 } },
          { encode: 'png' },
        ]),
      },
    ],
    placeholder: false,
    bind: (step) => catalog.bind(step),
  });
  const slots = stages.map(({ operations }) => operations.flatMap((o) => o.slots ?? []));
  expect(slots).toEqual([['resize', 'extractPost']]);
});
