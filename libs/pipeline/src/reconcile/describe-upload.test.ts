import type { ImageEngine, SourceFacts } from '@darkroom/transforms';
import { expect, test } from 'vitest';
import { describeUpload, type Granted } from './describe-upload.ts';
import { limitsSchema } from '../contract/limits.ts';
import { recipeSchema } from '../recipe/recipe.ts';

const recipe = recipeSchema.parse({ name: 'photos', variants: [{ name: 'web', steps: ['flop'] }] });
const photo: SourceFacts = {
  ...{ format: 'jpeg', width: 300, height: 200, orientation: 1, pages: 1, bytes: 1024 * 1024 },
  ...{ hasAlpha: false, progressive: false },
  coding: { depth: 8, space: 'rgb', profile: 'none' },
};
/** Takes 300 MiB for each file at a time. */
const engine = {
  estimate: ({ facts, concurrency = 1 }) => ({
    pages: facts.pages,
    decoding: { cpuSeconds: 0.25, memory: 99.5 },
    memory: 300 * concurrency,
  }),
} as ImageEngine;

function described(granted: { limits?: object; memory: number }, facts: Partial<SourceFacts> = {}) {
  const { limits = {}, memory } = granted;
  const whole: Granted = { limits: limitsSchema.parse(limits), function: { memory } };
  return describeUpload(recipe, [{ ...photo, ...facts }], engine, whole);
}

test('what an upload takes of the limits and of the memory', () => {
  const { text, refusal } = described({ memory: 1769 });
  expect(refusal).toBeUndefined();
  expect(text.slice(text.indexOf('memory:')))
    .toBe(`memory: about 301 MiB at the peak, 1 file at a time
  function.memory: 1,769, of which an upload may have 1,629; 441 would do
limits:
  bytes: 1,048,576 of 104,857,600
  pixels: 60,000 of 100,000,000
  side: 300 of 65,535
  pages: 1 of 500
  cpuSeconds: 0.25 of 20
  memory: 100 of 2,048`);
});

test('as many files at a time as the function would encode', () => {
  expect(described({ memory: 2 * 1769 }).text).toContain('601 MiB at the peak, 2 files at a time');
});

test('what the limits refuse has no plan', () => {
  const tooLarge = { code: 'TOO_LARGE', message: 'pages: 12, the limit is 10' };
  expect(() => described({ limits: { pages: 10 }, memory: 1769 }, { pages: 12 })).toThrow(
    expect.objectContaining(tooLarge),
  );
});

test('what the memory refuses is planned all the same', () => {
  const { text, refusal } = described({ memory: 440 });
  expect(text).toContain('function.memory: 440, of which an upload may have 300; 441 would do');
  expect(refusal).toMatchObject({ code: 'TOO_LARGE', retryable: true });
});
