import { expect, test } from 'vitest';
import type { Step } from '../image-engine.ts';
import { displayOf, isDisplayStep } from './display-of.ts';

const flip: Step = { transform: 'flip', options: {} };
const window = (options: Step['options']): Step => ({ transform: 'window', options });

test('a window and a stretch say how values become a picture, and other steps do not', () => {
  expect(isDisplayStep({ transform: 'window' })).toBe(true);
  expect(isDisplayStep({ transform: 'stretch' })).toBe(true);
  expect(isDisplayStep({ transform: 'levels' })).toBe(false);
});

test('a window shows its values, wherever it is among the steps', () => {
  const lung = window({ centre: -600, width: 1500, shape: 'sigmoid' });
  expect(displayOf([flip, lung])).toEqual({
    ...{ type: 'window', centre: -600, width: 1500, shape: 'sigmoid' },
  });
});

test('a stretch shows its values', () => {
  const options = { type: 'asinh', black: 3, perChannel: false };
  expect(displayOf([{ transform: 'stretch', options }, flip])).toEqual(options);
});

test.each([
  ['no step says anything', [flip]],
  ['there is no step', []],
  ['a window has no values', [window({ shape: 'linear' })]],
  ['a window has no width', [window({ centre: 40, shape: 'linear' })]],
  ['a window has no centre', [window({ width: 400, shape: 'linear' })]],
])('the file itself says it if %s', (_when, steps) => {
  expect(displayOf(steps)).toBeUndefined();
});
