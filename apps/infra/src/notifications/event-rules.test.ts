import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventPatterns, patternsOf } from './event-rules.ts';
import { notificationFilters } from './filters.ts';

type KeyPattern = { prefix?: string; suffix?: string; wildcard?: string };
interface Pattern {
  readonly detail: { readonly object?: { readonly key: readonly KeyPattern[] } };
}

/** As EventBridge does (user guide, "Comparison operators for use in event patterns"). */
function passes({ detail: { object } }: Pattern, key: string): boolean {
  return (
    object?.key.some(({ prefix = '', suffix = '', wildcard }) => {
      if (wildcard === undefined) return key.startsWith(prefix) && key.endsWith(suffix);
      const [begin = '', end = ''] = wildcard.split('*');
      return key.length >= begin.length + end.length && key.startsWith(begin) && key.endsWith(end);
    }) ?? true
  );
}

const word = fc.constantFrom('', 'a/', 'a/b/', 'b/', 'c');
const ending = fc.constantFrom('.jpg', '.a.jpg', '.png');
const matches = fc.array(
  fc.record({ match: fc.record({ prefix: word, suffixes: fc.array(ending, { minLength: 1 }) }) }),
  { minLength: 1, maxLength: 40 },
);

test('every key that a recipe matches passes exactly one pattern', () => {
  fc.assert(
    fc.property(matches, word, ending, (recipes, begin, end) => {
      const patterns = eventPatterns('uploads', notificationFilters(recipes)) as Pattern[];
      const key = `${begin}cat${end}`;
      const isMatched = recipes.some(
        ({ match }) =>
          key.startsWith(match.prefix) && match.suffixes.some((suffix) => key.endsWith(suffix)),
      );
      const passed = patterns.filter((pattern) => passes(pattern, key)).length;
      expect(passed).toBeLessThanOrEqual(1);
      if (isMatched) expect(passed).toBe(1);
    }),
  );
});

test('a pattern names the keys by the beginning, the end, or both', () => {
  const filters = [
    { prefix: 'scans/', suffix: '' },
    { prefix: '', suffix: '.tif' },
    { prefix: 'uploads/', suffix: '.jpg' },
  ];
  expect(eventPatterns('uploads', filters)).toEqual([
    {
      source: ['aws.s3'],
      'detail-type': ['Object Created', 'Object Deleted'],
      detail: {
        bucket: { name: ['uploads'] },
        object: { key: [{ prefix: 'scans/' }, { suffix: '.tif' }, { wildcard: 'uploads/*.jpg' }] },
      },
    },
  ]);
});

test('a bucket must send its events to EventBridge', () => {
  const filters = [{ prefix: 'scans/', suffix: '' }];
  expect(patternsOf('uploads', { eventbridge: true }, filters)).toEqual(
    eventPatterns('uploads', filters).map((pattern) => JSON.stringify(pattern)),
  );
  expect(() => patternsOf('uploads', { eventbridge: false }, filters)).toThrow(
    expect.objectContaining({ code: 'EVENTBRIDGE_OFF' }),
  );
});

test('a recipe for every key needs no pattern of keys', () => {
  expect(eventPatterns('uploads', [{ prefix: '', suffix: '' }])).toEqual([
    {
      source: ['aws.s3'],
      'detail-type': ['Object Created', 'Object Deleted'],
      detail: { bucket: { name: ['uploads'] } },
    },
  ]);
});

test('many filters become several rules, each within EventBridge’s limit', () => {
  const filters = Array.from({ length: 101 }, (_, index) => ({
    prefix: `tenants/${index}-of-the-first-region/uploads/`,
    suffix: '.jpg',
  }));
  const patterns = eventPatterns('uploads', filters);
  expect(patterns).toHaveLength(11);
  // Characters of one pattern (EventBridge user guide, "Quotas").
  for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThan(2048);
});

test('a rule is filled up to the last byte of its pattern', () => {
  // Each filter is the text {"prefix":"…"} and a comma. Of 2,048 characters, 200 are for the rest of the pattern.
  const filters = (first: number) =>
    [first, 924 - 14].map((length, index) => ({
      prefix: String.fromCharCode(97 + index).repeat(length),
      suffix: '',
    }));
  expect(eventPatterns('uploads', filters(924 - 14))).toHaveLength(1);
  expect(eventPatterns('uploads', filters(924 - 14 + 1))).toHaveLength(2);
});

test.each([300, 400])(
  'no pattern of prefixes of %d bytes exceeds the quota of EventBridge',
  (bytes) => {
    const recipes = Array.from({ length: 20 }, (_, index) => ({
      match: { prefix: `${'p'.repeat(bytes)}${String.fromCharCode(97 + index)}/` },
    }));
    const patterns = eventPatterns('b'.repeat(63), notificationFilters(recipes));
    expect(patterns.length).toBeGreaterThan(2);
    for (const pattern of patterns)
      expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2048);
  },
);
