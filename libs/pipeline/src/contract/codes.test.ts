import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidMessageError } from '@darkroom/events';
import { ImageError } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import {
  CODES,
  isRejection,
  isRetryable,
  PipelineError,
  toPipelineError,
  verdictOf,
  type Code,
  type Verdict,
} from './codes.ts';

const contract = readFileSync(
  path.resolve(import.meta.dirname, '../../../../docs/contract.md'),
  'utf8',
);

/** What the third column of the contract's table means, by how it begins. */
const VERDICTS: readonly (readonly [then: RegExp, verdict: Verdict])[] = [
  [/^rejected manifest, and dead-letter$/, 'reject-and-dead-letter'],
  [/^rejected manifest(, before decoding|;.*)?$/, 'reject'],
  [/^dead-letter$/, 'dead-letter'],
  [/^(its outputs are removed; )?acknowledged, counted$/, 'acknowledge'],
  [/^retry\b/, 'retry'],
];

/** Code → verdict, as the table in the contract has it. */
function documentedVerdicts(): Record<string, Verdict | undefined> {
  const section = contract.split('\n## ').find((text) => text.startsWith('Codes\n'));
  const rows = section?.split('\n').filter((line) => line.startsWith('| `')) ?? [];
  return Object.fromEntries(
    rows.flatMap((row) => {
      const [, codes = '', , then = ''] = row.split('|').map((cell) => cell.trim());
      const verdict = VERDICTS.find(([pattern]) => pattern.test(then))?.[1];
      return [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, verdict]);
    }),
  ) as Record<string, Verdict | undefined>;
}

describe('the table of codes', () => {
  const codes = Object.keys(CODES) as Code[];

  test('is the one in the contract', () => {
    expect(documentedVerdicts()).toEqual(
      Object.fromEntries(codes.map((code) => [code, verdictOf(code)])),
    );
  });

  test('has as retryable what the contract says', () => {
    const named = /`retryable: true` \(only ([^)]+)\)/.exec(contract)?.[1] ?? '';
    const documented = [...named.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
    const retryable = codes.filter(isRejection).filter(isRetryable);
    expect(retryable.toSorted()).toEqual(documented.toSorted());
    expect(documented.length).toBeGreaterThan(0);
  });

  test('knows which codes end in a manifest', () => {
    expect(codes.filter(isRejection)).toEqual([
      'UNSUPPORTED_FORMAT',
      'CORRUPT_IMAGE',
      'TOO_LARGE',
      'NOT_APPLICABLE',
      'SOURCE_UNREADABLE',
      'TRANSFORM_FAILED',
      'GAVE_UP',
    ]);
  });
});

describe('an error of any kind gets a code of the contract', () => {
  test('its own, whichever class it is of', () => {
    const image = new ImageError('CORRUPT_IMAGE', 'ends too early');
    expect(toPipelineError(image)).toMatchObject({
      name: 'PipelineError',
      code: 'CORRUPT_IMAGE',
      message: 'ends too early',
      cause: image,
    });
    expect(toPipelineError(new InvalidMessageError('no record')).code).toBe('INVALID_MESSAGE');
    // A bundle may hold a class twice, and minify its name.
    class E extends Error {
      readonly code = 'THROTTLED';
    }
    expect(toPipelineError(new E('slow down')).code).toBe('THROTTLED');
  });

  test('it stays itself where it has been mapped already', () => {
    const error = new PipelineError('CONFLICT', 'changed');
    expect(toPipelineError(error)).toBe(error);
  });

  test.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'connect'],
    [Object.assign(new Error('no own code'), { code: 'toString' }), 'no own code'],
    [Object.assign(new Error('a number'), { code: 500 }), 'a number'],
    [Object.assign(new Error('a list'), { code: ['CONFLICT'] }), 'a list'],
    ['only a text', 'only a text'],
    [undefined, 'undefined'],
    [null, 'null'],
  ])('INTERNAL where it has none: %o', (error, message) => {
    expect(toPipelineError(error)).toMatchObject({ code: 'INTERNAL', message, cause: error });
  });
});
