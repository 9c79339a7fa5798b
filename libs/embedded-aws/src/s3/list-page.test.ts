import fc from 'fast-check';
import { expect, test } from 'vitest';

import { listPage } from './list-page.ts';
import { compareUtf8 } from './utf8-order.ts';

/** Short keys of few characters, so that prefixes, delimiters and neighbours meet often. */
const key = fc.string({
  unit: fc.constantFrom('a', 'B', '/', '-', 'é', '\uffee', '😀'),
  minLength: 1,
  maxLength: 6,
});

test('pages of any size lose and repeat nothing, in UTF-8 order, with a delimiter too', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 30 }),
      fc.constantFrom('', 'a', 'a/', '😀'),
      fc.constantFrom('', '/', '-a'),
      fc.integer({ min: 1, max: 5 }),
      (keys, prefix, delimiter, maxKeys) => {
        const names: string[] = [];
        for (let after: string | undefined = ''; after !== undefined;) {
          const page = listPage(keys, { prefix, delimiter, after, maxKeys });
          const both = [...page.keys, ...page.commonPrefixes];
          expect(both.length).toBeLessThanOrEqual(maxKeys);
          names.push(...both.sort(compareUtf8));
          after = page.next;
        }
        expect(names).toEqual(expected(keys, prefix, delimiter));
      },
    ),
  );
});

function expected(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const names = keys
    .filter((candidate) => candidate.startsWith(prefix))
    .map((candidate) => {
      const rest = candidate.slice(prefix.length);
      return delimiter !== '' && rest.includes(delimiter)
        ? prefix + rest.slice(0, rest.indexOf(delimiter) + delimiter.length)
        : candidate;
    });
  return [...new Set(names)].sort(compareUtf8);
}

test('a page of no keys is the last one', () => {
  const query = { prefix: '', delimiter: '', after: '', maxKeys: 0 };
  expect(listPage(['a'], query)).toEqual({ keys: [], commonPrefixes: [], next: undefined });
});
