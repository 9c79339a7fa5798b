import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonText, policyText } from './json-text.ts';

const text = jsonText(z.object({ a: z.object({ b: z.number() }) }), 'the text');
const problems = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ code, message }) => `${code}: ${message}`);

test('a text is JSON of the shape, and stays as it is', () => {
  expect(text.parse('{ "a": { "b": 1 } }')).toBe('{ "a": { "b": 1 } }');
});

test.each([
  ['{', 'custom: the text is no JSON'],
  ['{"a":{"b":"x"}}', 'custom: the text "a.b": Invalid input: expected number, received string'],
  ['5', 'custom: the text: Invalid input: expected object, received number'],
])('%s is refused', (value, problem) => {
  expect(problems(text, value)).toEqual([problem]);
});

test('a policy may be an object', () => {
  expect(policyText.parse({ Statement: [] })).toBe('{"Statement":[]}');
  expect(policyText.parse('{"Statement":[]}')).toBe('{"Statement":[]}');
  expect(problems(policyText, '{}')?.[0]).toMatch(/^custom: the policy "Statement": /);
  expect(problems(policyText, null)?.[0]).toMatch(/expected string, received null$/);
});
