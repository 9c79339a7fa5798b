import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PAGE_TYPES, pageTypes } from './testing/page-types.ts';

test('the types of the page are those of the API: npm run docs writes them', async () => {
  expect(await readFile(PAGE_TYPES, 'utf8')).toBe(await pageTypes());
});
