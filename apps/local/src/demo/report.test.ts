import { stripVTControlCharacters } from 'node:util';
import type { Manifest, RejectionCode } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { judge, report } from './report.ts';
import type { SampleResult } from './run-samples.ts';
import type { Sample } from './samples.ts';

function manifest(outcome: 'done' | RejectionCode): Manifest {
  const source = { bucket: 'in', key: 'k', versionId: null, eTag: 'e', bytes: 1000 };
  const base = { version: 1, recipe: 'photos', recipeHash: 'h', source } as const;
  if (outcome !== 'done')
    return {
      ...base,
      status: 'rejected',
      outputs: [],
      error: { code: outcome, message: 'because', retryable: false },
    };
  const output = { format: 'webp', contentType: 'image/webp', width: 1, height: 1 } as const;
  return {
    ...base,
    status: 'done',
    outputs: [
      { ...output, variant: 'thumb', key: 'k/thumb.webp', bytes: 250, eTag: 'o', sha256: 's' },
    ],
  };
}

function result(
  overrides: Partial<SampleResult> & { expected?: Sample['expected'] },
): SampleResult {
  const { expected, ...rest } = overrides;
  return {
    sample: {
      name: 'cat.jpg',
      contentType: 'image/jpeg',
      bytes: () => Promise.resolve(new Uint8Array()),
      ...(expected && { expected }),
    },
    key: 'uploads/demo/cat.jpg',
    bytes: 1000,
    hasRecipe: true,
    ...rest,
  };
}

describe('a sample is', () => {
  test.each([
    ['good when it is done', result({ manifest: manifest('done'), expected: 'done' }), true],
    ['bad without an outcome', result({ expected: 'done' }), false],
    ['bad when it is rejected', result({ manifest: manifest('GAVE_UP'), expected: 'done' }), false],
    [
      'good, a file of the user’s, whatever its outcome',
      result({ manifest: manifest('TOO_LARGE') }),
      true,
    ],
    ['good where no recipe is for it', result({ hasRecipe: false }), true],
  ])('%s', (_, sample, good) => {
    expect(judge(sample).good).toBe(good);
  });
});

describe('the report', () => {
  const lines = (results: SampleResult[]) =>
    stripVTControlCharacters(report(results, 4_180)).split('\n');

  test('has a line for each sample and one that sums up', () => {
    const printed = lines([
      result({ manifest: manifest('done'), tookMs: 812.4, bytes: 123_456 }),
      result({
        key: 'uploads/demo/notes.jpg',
        manifest: manifest('UNSUPPORTED_FORMAT'),
        tookMs: 90,
      }),
    ]);
    expect(printed.find((line) => line.includes('cat.jpg'))).toMatch(
      /uploads\/demo\/cat\.jpg +│ done +│ +1 │ +123,456 │ +250 │ +812 /,
    );
    expect(printed.find((line) => line.includes('notes.jpg'))).toContain(
      'rejected: UNSUPPORTED_FORMAT',
    );
    expect(printed.at(-1)).toBe('2 files: 1 done, 1 rejected · 124,456 bytes in, 250 out · 4.2 s');
  });

  test('says what is missing', () => {
    const printed = lines([
      result({}),
      result({ manifest: manifest('GAVE_UP'), expected: 'done' }),
    ]);
    expect(printed).toContain('uploads/demo/cat.jpg has no outcome yet');
    expect(printed).toContain('uploads/demo/cat.jpg is GAVE_UP (because), not done');
    expect(printed.at(-1)).toContain('1 without an outcome');
  });

  test('prints no control characters of a name', () => {
    expect(report([result({ key: 'uploads/\u001b[2Jcat.jpg' })], 1)).not.toContain('\u001b[2J');
  });
});
