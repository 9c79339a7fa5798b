import { expect, test } from 'vitest';

import { checkPostPolicy } from './post-policy.ts';

const HOUR = 3_600_000;
const expiration = new Date(Date.now() + HOUR).toISOString();

const encode = (document: unknown) => Buffer.from(JSON.stringify(document)).toString('base64');

/** The code of the error; undefined for a form that the policy allows. */
function check(
  conditions: unknown,
  fields: Readonly<Record<string, string>>,
  bytes = 5,
  encoded = encode({ expiration, conditions }),
): string | undefined {
  try {
    checkPostPolicy(encoded, new Map(Object.entries(fields)), 'photos', bytes);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

const key = { key: 'cats/a.jpg' };
const anyKey = ['starts-with', '$key', ''];

test.each<[string, unknown[], Record<string, string>, number?]>([
  ['an exact value', [{ key: 'cats/a.jpg' }], key],
  ['an exact value in a list', [['eq', '$key', 'cats/a.jpg']], key],
  ['an operator and a field in capitals', [['EQ', '$KEY', 'cats/a.jpg']], key],
  ['a field in capitals in an object', [{ Key: 'cats/a.jpg' }], key],
  ['several fields in one object', [{ bucket: 'photos', key: 'cats/a.jpg' }], key],
  ['the start of a value', [['starts-with', '$key', 'cats/']], key],
  ['any value', [anyKey], key],
  ['no value, where any is allowed', [anyKey, ['starts-with', '$acl', '']], key],
  ['the smallest file', [anyKey, ['content-length-range', 5, 9]], key, 5],
  ['the largest file', [anyKey, ['content-length-range', '1', '5']], key, 5],
  ['no file', [anyKey, ['content-length-range', 0, 0]], key, 0],
  [
    'each type of a list',
    [anyKey, ['starts-with', '$content-type', 'image/']],
    { ...key, 'content-type': 'image/png, image/webp' },
  ],
  [
    'a comma in the value of another field',
    [['starts-with', '$key', 'cats/']],
    { key: 'cats/a,b.jpg' },
  ],
  [
    'fields that need no condition',
    [anyKey],
    {
      ...key,
      ...{ awsaccesskeyid: 'a', signature: 'b', 'x-amz-signature': 'c', file: 'd', policy: 'e' },
      'x-ignore-me': 'f',
    },
  ],
])('allows %s', (_what, conditions, fields, bytes) => {
  expect(check(conditions, fields, bytes)).toBeUndefined();
});

test.each<[string, string, unknown, Record<string, string>, number?]>([
  ['another value', 'AccessDenied', [{ key: 'cats/b.jpg' }], key],
  ['a value that only starts like it', 'AccessDenied', [['eq', '$key', 'cats/']], key],
  ['another start', 'AccessDenied', [['starts-with', '$key', 'dogs/']], key],
  ['the start in the middle', 'AccessDenied', [['starts-with', '$key', 'a.jpg']], key],
  ['a missing field', 'AccessDenied', [anyKey, { acl: 'private' }], key],
  ['a missing start', 'AccessDenied', [anyKey, ['starts-with', '$acl', 'p']], key],
  ['another bucket', 'AccessDenied', [anyKey, { bucket: 'other' }], key],
  ['a field that no condition names', 'AccessDenied', [anyKey], { ...key, acl: 'private' }],
  [
    'a field whose name only contains x-ignore-',
    'AccessDenied',
    [anyKey],
    { ...key, 'a-x-ignore-': '' },
  ],
  [
    'one other type in a list',
    'AccessDenied',
    [anyKey, ['starts-with', '$Content-Type', 'image/']],
    { ...key, 'content-type': 'image/png,text/html' },
  ],
  ['one byte too many', 'EntityTooLarge', [anyKey, ['content-length-range', 1, 4]], key, 5],
  ['one byte too few', 'EntityTooSmall', [anyKey, ['content-length-range', 6, 9]], key, 5],
  ['no conditions', 'InvalidPolicyDocument', undefined, key],
  ['conditions that are not a list', 'InvalidPolicyDocument', {}, key],
  ['a condition that is a text', 'InvalidPolicyDocument', ['key'], key],
  ['a condition that is null', 'InvalidPolicyDocument', [null], key],
  ['a value that is not a text', 'InvalidPolicyDocument', [{ key: 5 }], key],
  ['an unknown operator', 'InvalidPolicyDocument', [['in', '$key', 'a']], key],
  ['an operator that is not a text', 'InvalidPolicyDocument', [[1, '$key', 'a']], key],
  ['a field without its $', 'InvalidPolicyDocument', [['eq', 'key', 'cats/a.jpg']], key],
  ['a field that is not a text', 'InvalidPolicyDocument', [['eq', 5, 'a']], key],
  ['a list whose value is not a text', 'InvalidPolicyDocument', [['eq', '$key', 5]], key],
  ['a range from a word', 'InvalidPolicyDocument', [['content-length-range', 'a', 9]], key],
  ['a range to a word', 'InvalidPolicyDocument', [['content-length-range', 1, 'b']], key],
  ['a range below zero', 'InvalidPolicyDocument', [['content-length-range', -1, 9]], key],
  ['a range of three numbers', 'InvalidPolicyDocument', [['content-length-range', 1, 2, 3]], key],
])('rejects %s', (_what, code, conditions, fields, bytes) => {
  expect(check(conditions, fields, bytes)).toBe(code);
});

test('rejects an expired policy, before it looks at the conditions', () => {
  const past = new Date(Date.now() - 1000).toISOString();
  const late = encode({ expiration: past, conditions: [['content-length-range', 6, 9]] });
  expect(check([], key, 5, late)).toBe('AccessDenied');
});

test.each([
  ['no JSON', Buffer.from('{').toString('base64')],
  ['null', encode(null)],
  ['no expiry', encode({ conditions: [anyKey] })],
  ['an expiry that is a number', encode({ expiration: 9e12, conditions: [anyKey] })],
  ['an expiry that is not a date', encode({ expiration: 'tomorrow', conditions: [anyKey] })],
])('rejects a policy with %s', (_what, encoded) => {
  expect(check([], key, 5, encoded)).toBe('InvalidPolicyDocument');
});
