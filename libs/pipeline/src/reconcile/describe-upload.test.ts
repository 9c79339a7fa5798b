import type { ImageEngine, SourceFacts } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
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

describe('what a recipe makes of an upload', () => {
  const shownFor = (
    more: object,
    estimate: Partial<ReturnType<ImageEngine['estimate']>> = {},
    facts: Partial<SourceFacts> = {},
  ) => {
    const variants = [{ name: 'web', steps: ['flop'] }];
    const whole = recipeSchema.parse({ name: 'photos', variants, ...more });
    const estimating = {
      estimate: (request) => ({ ...engine.estimate(request), ...estimate }),
    } as ImageEngine;
    const granted = { limits: limitsSchema.parse({}), function: { memory: 1769 } };
    return describeUpload(whole, [{ ...photo, ...facts }], estimating, granted);
  };
  const linesFor = (...given: Parameters<typeof shownFor>) => shownFor(...given).text.split('\n');

  test('is the plan, and nothing about what the recipe does not have', () => {
    const lines = linesFor({ placeholder: false });
    expect(lines.slice(0, lines.indexOf('limits:'))).toEqual([
      'recipe photos, effort balanced',
      'jpeg, 300×200, orientation 1, 1048576 bytes',
      'stage 0: decode the upload, sRGB, 8 bits',
      '  step 0 of web: flop, to 300×200',
      '  = web: jpeg, 300×200',
      'memory: about 301 MiB at the peak, 1 file at a time',
      '  function.memory: 1,769, of which an upload may have 1,629; 441 would do',
    ]);
  });

  test('names copies, and variants whose conditions do not hold', () => {
    const variants = [
      { name: 'web', steps: ['flop'] },
      { name: 'original', copy: true },
      { name: 'archive', copy: true },
      { name: 'moving', when: { animated: true }, steps: ['flop'] },
      { name: 'film', when: { animated: true }, steps: ['flop'] },
    ];
    const lines = linesFor({ variants });
    expect(lines).toContain('copied byte for byte: original, archive');
    expect(lines).toContain('not made, their conditions do not hold: moving, film');
  });

  test('names what is skipped', () => {
    const variants = ['web', 'large'].map((name) => ({ name, steps: ['flop'] }));
    const skipped = [
      { kind: 'skipped', variant: 'large', code: 'TOO_LARGE', message: 'too tall' },
    ] as const;
    expect(linesFor({ variants }, { skipped })).toContain('skipped: large, TOO_LARGE: too tall');
    const all = [...skipped, { ...skipped[0], variant: 'web' }];
    expect(() => shownFor({ variants }, { skipped: all })).toThrow('too tall');
  });

  test('has the placeholder, if the recipe wants one', () => {
    const count = (placeholder: unknown) =>
      linesFor({ placeholder }).filter((line) => line.includes('= placeholder')).length;
    expect(count({ blurhash: true })).toBe(1);
    expect(count(false)).toBe(0);
  });

  test('names what is measured for the manifest', () => {
    expect(linesFor({ facts: ['minimum', 'maximum'] })[1]).toBe(
      "decode the upload for the manifest's facts: minimum, maximum",
    );
  });

  test('has the memory and the seconds as numbers', () => {
    expect(shownFor({})).toMatchObject({ memory: { upload: 301, function: 441 } });
    expect(shownFor({}).decodeSeconds).toBe(0.25);
  });

  test('says if the cost of the decode is unknown', () => {
    const unknown = shownFor({}, { decoding: undefined as never });
    expect(unknown).not.toHaveProperty('decodeSeconds');
    expect(unknown.text.split('\n').at(-1)).toBe(
      '  cpuSeconds, memory: unknown; a process of its own decodes it',
    );
    expect(unknown.limits.map(({ limit }) => limit)).toEqual(['bytes', 'pixels', 'side', 'pages']);
  });

  test('is nothing if the recipe does not take the format, or the limits the size', () => {
    expect(() => shownFor({ formats: ['png'] })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }),
    );
    expect(() => shownFor({}, {}, { width: 70_000 })).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
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
