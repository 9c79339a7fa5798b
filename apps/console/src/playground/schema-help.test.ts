import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Schema, SchemaHelp } from './schema-help.ts';

const file = path.resolve(import.meta.dirname, '../../../../recipe.schema.json');
const schema = new SchemaHelp(JSON.parse(readFileSync(file, 'utf8')) as Schema);

/** @param text with `|` at the cursor */
function suggest(text: string): string[] {
  const cursor = text.indexOf('|');
  const { suggestions } = schema.suggest(text.replace('|', ''), cursor);
  return suggestions.map(({ label }) => label);
}

test.each([
  ['name: a\nva|', 'variants'],
  ['name: a\nvariants:\n  - name: web\n    st|', 'steps'],
  ['name: a\nvariants:\n  - name: web\n    steps:\n      - res|', 'resize'],
  ['name: a\nvariants:\n  - name: web\n    steps:\n      - resize: { wi| }', 'width'],
  ['name: a\nvariants:\n  - name: web\n    steps:\n      - resize: { width: 3, fit: | }', 'cover'],
  ['name: a\nvariants:\n  - name: web\n    steps:\n      - encode: { format: w|', 'webp'],
  ['name: a\nallOrNothing: |', 'true'],
  ['name: a\nformats: [j|]', 'jpeg'],
])('%j offers %s', (text, expected) => {
  expect(suggest(text)).toContain(expected);
});

test('offers an option where it can be, and nowhere else', () => {
  expect(suggest('name: a\nwi|')).not.toContain('width');
  expect(suggest('name: |')).toEqual([]);
});

test('begins at the word of the cursor', () => {
  expect(schema.suggest('name: a\nvari', 12).from).toBe(8);
});

test('documents the option at the cursor, with its range and default', () => {
  const text = 'variants:\n  - name: web\n    steps:\n      - resize: { fit: cover, width: 20 }\n';
  const fit = schema.help(text, text.indexOf('fit'));
  expect(fit).toMatchObject({ title: 'fit', from: text.indexOf('fit') });
  expect(fit?.description).toContain('`cover` crops');
  expect(fit?.facts).toContain('default "cover"');
  expect(schema.help(text, text.indexOf('width') + 2)?.facts).toContain('1 to 65535');
  expect(schema.help(text, text.indexOf('20'))?.title).toBe('width');
  expect(schema.help(text, text.indexOf('- name'))).toBeUndefined();
});
