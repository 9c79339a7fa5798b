import fc from 'fast-check';
import { expect, test } from 'vitest';
import { s3Url, uploadCommands } from './commands.ts';
import type { RecipeInfo } from '../api/client.ts';

function stackWith(prefix: string, suffixes?: string[]) {
  const recipes: RecipeInfo[] = [
    { name: 'r', match: { prefix, ...(suffixes && { suffixes }) }, variants: ['thumb'] },
  ];
  return {
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    sourceBucket: 'in',
    recipes,
  };
}

function commands(stack: ReturnType<typeof stackWith>): string[] {
  return stack.recipes.flatMap((recipe) => uploadCommands(stack, recipe).map(({ text }) => text));
}

test('name the endpoint, the bucket and a key of the recipe', () => {
  expect(commands(stackWith('uploads/'))).toEqual([
    'curl -T photo.jpg http://127.0.0.1:4566/in/uploads/photo.jpg',
    'AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 aws --endpoint-url http://127.0.0.1:4566 s3 cp photo.jpg s3://in/uploads/photo.jpg',
  ]);
});

test('take a name that the recipe matches', () => {
  expect(commands(stackWith('', ['.png']))[0]).toBe(
    'curl -T photo.png http://127.0.0.1:4566/in/photo.png',
  );
});

test('are safe to paste whatever the prefix is', () => {
  expect(commands(stackWith("it's $(rm)/"))[1]).toContain(
    String.raw`'s3://in/it'\''s $(rm)/photo.jpg'`,
  );
});

const endpoint = 'http://127.0.0.1:4566';

test.each([
  ['uploads/cat.jpg', 'uploads/cat.jpg'],
  ['uploads/my cat.jpg', 'uploads/my%20cat.jpg'],
  ['uploads/50%+1&2=3?#.jpg', 'uploads/50%25%2B1%262%3D3%3F%23.jpg'],
  ['uploads/%2e%2e/a.jpg', 'uploads/%252e%252e/a.jpg'],
  ['uploads/котик 🐈.jpg', 'uploads/%D0%BA%D0%BE%D1%82%D0%B8%D0%BA%20%F0%9F%90%88.jpg'],
  ['uploads//a.jpg', 'uploads//a.jpg'],
  ['a"b\\c.jpg', 'a%22b%5Cc.jpg'],
])('%s has the address %s', (key, path) => {
  expect(s3Url(endpoint, 'bucket', key)).toBe(`${endpoint}/bucket/${path}`);
});

test('every key without dot segments arrives as it is', () => {
  const isAddressable = (key: string) => !key.split('/').some((part) => /^\.\.?$/.test(part));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }).filter(isAddressable), (key) => {
      const { pathname } = new URL(s3Url(endpoint, 'bucket', key));
      expect(decodeURIComponent(pathname)).toBe(`/bucket/${key}`);
    }),
  );
});

test('a lone surrogate, which no UTF-8 holds, is replaced and breaks nothing', () => {
  expect(s3Url(endpoint, 'bucket', 'a\ud800.jpg')).toBe(`${endpoint}/bucket/a%EF%BF%BD.jpg`);
});
