import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatManifest, parseManifest, type Manifest } from './manifest.ts';
import { doneManifest, rejectedManifest } from '../testing/manifests.ts';

const textOf = (manifest: Manifest) => new TextDecoder().decode(formatManifest(manifest));
const read = (value: unknown) => parseManifest(new TextEncoder().encode(JSON.stringify(value)));

/** The names of all members, in order of their appearance. */
function members(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(members);
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => [name, ...members(value)]);
}

test.each([doneManifest, rejectedManifest])('what was written is read back ($status)', (given) => {
  expect(parseManifest(formatManifest(given))).toEqual(given);
});

test('members stand in the contract’s order', () => {
  const contract = readFileSync(
    path.resolve(import.meta.dirname, '../../../../docs/contract.md'),
    'utf8',
  );
  const section = contract.split('\n## ').find((text) => text.startsWith('Manifest'));
  const example: unknown = JSON.parse(/```json\n([^]*?)```/.exec(section ?? '')?.[1] ?? '');
  expect(members(JSON.parse(textOf(doneManifest)))).toEqual(members(example));
  expect(Object.keys(JSON.parse(textOf(rejectedManifest)) as object)).toEqual([
    'version',
    'status',
    'recipe',
    'recipeHash',
    'source',
    'outputs',
    'error',
  ]);
});

test('equal manifests are equal bytes, whatever order they were put together in', () => {
  const reversed = JSON.parse(textOf(doneManifest), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toReversed())
      : value,
  ) as Manifest;
  expect(Object.keys(reversed)[0]).toBe('placeholder');
  expect(textOf(reversed)).toBe(textOf(doneManifest));
});

describe('a reader', () => {
  test('passes over members that it does not know', () => {
    const source = { ...doneManifest.source, colour: 'red' };
    expect(read({ ...doneManifest, source, later: true })).toEqual(doneManifest);
  });

  test.each([
    ['another version', { ...doneManifest, version: 2 }],
    ['no status', { ...doneManifest, status: undefined }],
    ['an unknown status', { ...doneManifest, status: 'half' }],
    ['no outputs', { ...doneManifest, outputs: undefined }],
    ['a rejection with outputs', { ...rejectedManifest, outputs: doneManifest.outputs }],
    [
      'a code that is no rejection',
      { ...rejectedManifest, error: { code: 'UP_TO_DATE', message: '', retryable: false } },
    ],
    ['a list', []],
    ['null', null],
  ])('takes %s for no manifest', (_what, value) => {
    expect(read(value)).toBeUndefined();
  });

  test.each(['', '{"version": 1', '\0\xff', 'manifest'])('takes %j for no manifest', (text) => {
    expect(parseManifest(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});
