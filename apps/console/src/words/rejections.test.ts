import { CODES, isRejection, type Code } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { explainRejection } from './rejections.ts';

test.each((Object.keys(CODES) as Code[]).filter(isRejection))('%s has words of its own', (code) => {
  expect(explainRejection(code)).not.toContain(code);
});

test('a code of a later version is named', () => {
  expect(explainRejection('TOO_BEAUTIFUL')).toBe('The upload was rejected (TOO_BEAUTIFUL).');
});
