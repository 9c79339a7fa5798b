import { makeOutcomeOf, type OutcomeFile, recipesSchema } from '@darkroom/pipeline';
import { doneManifest, rejectedManifest } from '@darkroom/pipeline/testing';
import { expect, expectTypeOf, test } from 'vitest';
import { type DoneOutcome, explain, type RejectedOutcome } from './outcome.ts';
import { outcomeOf } from './server.ts';

const recipes = recipesSchema.parse([
  {
    name: 'photos',
    variants: ['thumb', 'copy'].map((name) => ({ name, steps: [{ encode: 'webp' }] })),
  },
]);
const makeOutcome = makeOutcomeOf({ recipes, delivery: { outcomes: true } });

test('the type is that of the pipeline’s outcome files', () => {
  expectTypeOf<DoneOutcome>().toEqualTypeOf<Extract<OutcomeFile, { status: 'done' }>>();
  expectTypeOf<RejectedOutcome>().toEqualTypeOf<Extract<OutcomeFile, { status: 'rejected' }>>();
});

test.each([
  ['done', doneManifest],
  [
    'done with skipped variants',
    {
      ...doneManifest,
      skipped: [
        { variant: 'web', code: 'TOO_LARGE' as const, message: 'too tall', retryable: false },
      ],
    },
  ],
  [
    'done with choices',
    {
      ...doneManifest,
      source: {
        ...doneManifest.source,
        choices: { crop: { left: 0.333333, top: 0, width: 0.5, height: 1 }, alt: 'A cat' },
      },
    },
  ],
  [
    'done with equal files',
    {
      ...doneManifest,
      outputs: doneManifest.outputs.flatMap((output) => [
        output,
        { ...output, variant: 'copy', sameAs: output.variant },
      ]),
    },
  ],
  ['rejected', rejectedManifest],
])('a manifest gives the same outcome as its file: %s', (_what, manifest) => {
  const file = new TextDecoder().decode(makeOutcome?.(manifest));
  expect(outcomeOf(manifest)).toEqual(JSON.parse(file));
});

test('each code has a sentence for users, without jargon', () => {
  for (const code of ['CORRUPT_IMAGE', 'TOO_LARGE', 'EXPIRED', 'GAVE_UP'] as const) {
    expect(explain(code)).toMatch(/^[A-Z].*\.$/);
    expect(explain(code)).not.toContain(code);
  }
});
