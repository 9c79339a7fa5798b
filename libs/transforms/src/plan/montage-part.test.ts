import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { SourceFacts } from '../image-engine.ts';
import { describePlan } from './describe.ts';
import { makePlan } from './make-plan.ts';
import { isCell, makesSheet, stepsOfPart } from './montage-part.ts';

const catalog = createCatalog(builtinTransforms);
const page: SourceFacts = {
  ...{ format: 'jpeg', width: 300, height: 200, orientation: 6, pages: 1, bytes: 10_000 },
  ...{ hasAlpha: false, progressive: false },
};
const sheet: SourceFacts = { ...page, format: 'png', orientation: 1, sheetOf: 'jpeg' };

function described(facts: SourceFacts, ...given: unknown[]) {
  const steps = catalog.stepsSchema.parse(given);
  const variants = [{ name: 'v', steps }];
  const bind = (step: (typeof steps)[number]) => catalog.bind(step);
  const plan = makePlan({ recipe: 'r', facts, variants, placeholder: false, bind });
  return { plan, lines: describePlan(plan, facts).split('\n').slice(1) };
}

test('the part of a variant follows from its steps and the facts', () => {
  const steps = catalog.stepsSchema.parse(['flip', 'montage', 'flop', { encode: 'webp' }]);
  expect([isCell(steps, {}), isCell(steps, sheet), isCell(steps.slice(0, 1), {})]).toEqual([
    true,
    false,
    false,
  ]);
  expect([makesSheet(steps), makesSheet(steps.slice(2))]).toEqual([true, false]);
  const indexes = (facts: object) => stepsOfPart(steps, facts).map(({ step }) => step);
  expect(indexes({})).toEqual([0]);
  expect(indexes(sheet)).toEqual([2, 3]);
  expect(stepsOfPart(steps.slice(2), {})).toHaveLength(2);
});

test('a cell has the steps before, is upright, and ends without a loss', () => {
  const { plan, lines } = described(page, { resize: { width: 30 } }, 'montage', 'flip', {
    encode: 'jpeg',
  });
  expect(lines).toEqual([
    'stage 0: decode the upload, sRGB, 8 bits',
    '  step 0 of v: resize, to 30×45',
    '  step 4 of v: rotate, to 45×30',
    '  = a cell of v, 45×30',
  ]);
  expect(plan.stages.at(-1)).toMatchObject({
    settings: { encodings: [{ format: 'png', compressionLevel: 0 }], animated: 'first' },
    declared: { width: 45, height: 30 },
  });
});

test('a sheet has the steps after, by their numbers in the recipe, and the format of the upload', () => {
  const own = ['montage', { resize: { width: 30, height: 30 } }];
  const { plan, lines } = described(sheet, { resize: { width: 99 } }, ...own);
  expect(lines).toEqual([
    'stage 0: decode the sheet, sRGB, 8 bits',
    '  step 2 of v: resize, to 30×30',
    '  = v: jpeg, 30×30',
  ]);
  expect(plan.stages[0]).toMatchObject({ fit: 'cover' });
  expect(plan.stages[0]).not.toHaveProperty('declared');
});

test('the fit of the cells is not that of the sheet', () => {
  const { plan } = described(sheet, { resize: { width: 30, height: 30 } }, 'montage');
  expect(plan.stages[0]).not.toHaveProperty('fit');
});

test('values of the file are shown in its cells, and the resolution is left out', () => {
  const steps = [
    { stretch: 'sqrt' },
    'montage',
    { colourspace: 'keep' },
    { metadata: ['resolution', 'copyright'] },
  ];
  const coding = { depth: 16, space: 'rgb', profile: 'none' } as const;
  const cell = described({ ...page, coding, resolution: { x: 300, y: 300 } }, ...steps).plan.stages;
  expect(cell.at(-1)).toMatchObject({
    mode: { display: { type: 'sqrt' }, depth: 16 },
    settings: { metadata: { resolution: false, tags: ['Artist', 'Copyright'] } },
  });
  expect(cell.at(-1)).not.toHaveProperty('density');
  const [file] = described({ ...sheet, coding }, ...steps, { encode: 'png' }).plan.stages;
  expect(file?.mode).toEqual({ animated: false, keepColours: false, depth: 16 });
});

test('transparent parts of a cell stay, whatever the file will be', () => {
  const { plan } = described({ ...page, format: 'png', hasAlpha: true }, 'montage', {
    encode: 'jpeg',
  });
  expect(plan.stages.at(-1)?.shape.hasAlpha).toBe(true);
});
