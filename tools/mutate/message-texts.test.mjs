import { parseSync, traverse } from '@babel/core';
import { expect, test } from 'vitest';
import { strykerPlugins } from './message-texts.mjs';

/** The source of the literals that the plugin excludes. */
function excluded(source) {
  const found = [];
  const [{ value: ignorer }] = strykerPlugins;
  const visit = (path) => {
    const { start, end } = path.node;
    if (ignorer.shouldIgnore(path)) found.push(source.slice(start, end));
  };
  traverse(parseSync(source, { configFile: false, babelrc: false }), {
    StringLiteral: visit,
    TemplateLiteral: visit,
  });
  return found;
}

test.each([
  ['a sentence', "const a = 'the queue is empty';", ["'the queue is empty'"]],
  [
    'the text of an error, not its code',
    "throw new ImageError('TOO_LARGE', `${width} pixels`);",
    ['`${width} pixels`'],
  ],
  [
    'a text inside an expression of an error',
    "new Error(a ? 'not found' : 'gone')",
    ["'not found'"],
  ],
  ['a log line', "logger.warn('dead letter', { code: 'INVALID' });", ["'dead letter'"]],
  ['no header', "put({ CacheControl: 'public, max-age=60, immutable' });", []],
  ['no key and no pattern', 'get(`${prefix}/${name}.json`, /a b c/, "s3:GetObject");', []],
  ['no text of a function inside an error', "new Error(list(() => 'no x'))", []],
])('excludes %s', (_, source, literals) => {
  expect(excluded(source)).toEqual(literals);
});
