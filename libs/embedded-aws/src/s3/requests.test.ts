import { expect, test } from 'vitest';

import { header } from './requests.ts';
import { parseXml } from './xml.ts';

test('of a repeated header the first value counts', () => {
  const headers = { one: 'a', two: ['b', 'c'], none: undefined };
  expect(['one', 'two', 'none', 'other'].map((name) => header(headers, name))).toEqual([
    ...['a', 'b', undefined, undefined],
  ]);
});

test('a document may have a byte order mark, an XML declaration and any namespace', () => {
  for (const text of [
    '<Tagging/>',
    '\ufeff<Tagging/>',
    '<?xml version="1.0"?><a:Tagging xmlns:a="b"/>',
  ])
    expect(parseXml(Buffer.from(text), 'Tagging').localName).toBe('Tagging');
});

test.each([
  '',
  'text',
  '<Tagging>',
  '<Other/>',
  '<!DOCTYPE Tagging><Tagging/>',
  '<Tagging/><Tagging/>',
])('the document %j is malformed', (text) => {
  expect(() => parseXml(Buffer.from(text), 'Tagging')).toThrow(
    expect.objectContaining({ code: 'MalformedXML' }),
  );
});
