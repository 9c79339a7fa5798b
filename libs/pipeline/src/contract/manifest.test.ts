import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatManifest, mayBeRetried, parseManifest, type Manifest } from './manifest.ts';
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
    'manifestSha256',
  ]);
});

test('equal manifests are equal bytes, whatever order they were put together in', () => {
  const reversed = JSON.parse(textOf(doneManifest), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toReversed())
      : value,
  ) as Manifest;
  expect(Object.keys(reversed).slice(0, 2)).toEqual(['manifestSha256', 'placeholder']);
  expect(textOf(reversed)).toBe(textOf(doneManifest));
});

describe('a manifest that is not as it was written', () => {
  const text = textOf(doneManifest);
  const bytes = (changed: string) => new TextEncoder().encode(changed);

  test.each([
    ['a changed value', text.replace('"width": 200', '"width": 201')],
    ['another value of the hash', text.replace(/[0-9a-f]{64}(?="\n}\n$)/, '0'.repeat(64))],
    ['no hash', text.replace(/,\n {2}"manifestSha256": "\w+"/, '')],
    ['other white space', JSON.stringify(JSON.parse(text))],
    [
      'another order',
      JSON.stringify(
        Object.fromEntries(Object.entries(JSON.parse(text) as object).toReversed()),
        null,
        2,
      ) + '\n',
    ],
    ['a new member', text.replace('{', '{\n  "later": true,')],
    ['a byte order mark', `\uFEFF${text}`],
  ])('is none: %s', (_what, changed) => {
    expect(changed).not.toBe(text);
    expect(parseManifest(bytes(changed))).toBeUndefined();
  });

  test('does not hide members of a later version, which are part of the hash', () => {
    const { manifestSha256: _, ...known } = JSON.parse(text) as Record<string, unknown>;
    const later = { ...known, later: true };
    const content = JSON.stringify(later, null, 2) + '\n';
    const manifestSha256 = createHash('sha256').update(content).digest('hex');
    const whole = JSON.stringify({ ...later, manifestSha256 }, null, 2) + '\n';
    expect(parseManifest(bytes(whole))).toEqual(doneManifest);
  });
});

test('a manifest of a version without the hash is read', () => {
  const { sha256: _, ...source } = doneManifest.source;
  const old = { ...doneManifest, source };
  expect(read(old)).toEqual(old);
});

describe('a reader', () => {
  test('passes over members that it does not know', () => {
    const { sha256: _, ...known } = doneManifest.source;
    const source = { ...known, colour: 'red' };
    expect(read({ ...doneManifest, source, later: true })).toEqual({
      ...doneManifest,
      source: known,
    });
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

test('an upload may be retried if one of its skipped variants may', () => {
  const skipped = (...retryable: boolean[]) =>
    mayBeRetried({
      ...doneManifest,
      skipped: retryable.map((one, index) => ({
        ...{ variant: `v${index}`, code: 'TOO_LARGE', message: 'too tall', retryable: one },
      })),
    });
  expect(skipped(true, false)).toBe(true);
  expect(skipped(false, true)).toBe(true);
  expect(skipped(false, false)).toBe(false);
});

test('a byte order mark is not part of a manifest', () => {
  const text = textOf(doneManifest);
  expect(parseManifest(new TextEncoder().encode(text))).toBeDefined();
  expect(parseManifest(new TextEncoder().encode(`\uFEFF${text}`))).toBeUndefined();
});
