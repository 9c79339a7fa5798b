import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openSansJson, TARGET } from '../../../fonts/open-sans.ts';

test('the bundled font is the one of the package: else run `node libs/transforms/fonts/open-sans.ts`', () => {
  expect(readFileSync(TARGET, 'utf8')).toBe(openSansJson());
});
