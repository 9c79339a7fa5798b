import type { SourceFacts } from '@darkroom/transforms';
import { expect, test } from 'vitest';
import { check } from './problems.ts';
import { holds, whenSchema, type When } from './when.ts';

const photo: SourceFacts = {
  format: 'jpeg',
  width: 3000,
  height: 4000,
  orientation: 6,
  pages: 1,
  bytes: 5_000_000,
  hasAlpha: false,
  progressive: false,
};
const moving: SourceFacts = { ...photo, format: 'gif', pages: 12, hasAlpha: true };
const scan: SourceFacts = { ...photo, format: 'tiff', pages: 3 };

test.each<[string, SourceFacts, When | undefined, boolean]>([
  ['no condition', photo, undefined, true],
  ['its format', photo, { format: ['png', 'jpeg'] }, true],
  ['another format', photo, { format: ['png'] }, false],
  ['the width as displayed, at the limit', photo, { width: { max: 3000 } }, true],
  ['wider', photo, { width: { max: 2999 } }, false],
  ['between', photo, { height: { min: 4000, max: 5000 } }, true],
  ['lower', photo, { height: { min: 4001 } }, false],
  ['12 megapixels, at the limit', photo, { pixels: { max: 12_000_000 } }, true],
  ['too many pixels', photo, { pixels: { max: 11_999_999 } }, false],
  ['pixels of one frame', moving, { pixels: { max: 12_000_000 } }, true],
  ['an animation', moving, { animated: true }, true],
  ['no still', moving, { animated: false }, false],
  ['pages are no animation', scan, { animated: true }, false],
  ['a still', photo, { animated: false }, true],
  ['alpha', moving, { hasAlpha: true }, true],
  ['no alpha', photo, { hasAlpha: true }, false],
  ['all of them', photo, { format: ['jpeg'], animated: false, width: { min: 1 } }, true],
  ['all but one', photo, { format: ['jpeg'], animated: true, width: { min: 1 } }, false],
])('%s', (_, facts, when, expected) => {
  expect(holds(when, facts)).toBe(expected);
});

test.each([
  [{}, 'names no condition; there are: format, width, height, pixels, animated, hasAlpha'],
  [{ pixels: {} }, 'pixels: needs a min, a max or both'],
  [{ width: { min: 10, max: 9 } }, 'width: min (10) is above max (9)'],
  [{ width: { max: -1 } }, expect.stringMatching(/^width\.max: .*>=1, got -1$/)],
  [{ width: 320 }, 'width: expected a map, got 320'],
  [
    { formats: ['jpeg'] },
    'formats: unknown key; allowed: format, width, height, pixels, animated, hasAlpha',
  ],
  [{ format: ['jpg'] }, expect.stringMatching(/^format\[0\]: .*got "jpg"$/)],
])('%j is no condition', (when, why) => {
  const checked = check(whenSchema, when);
  expect(checked.ok ? '' : checked.problems.trim()).toEqual(why);
});
