import { expect, test } from 'vitest';
import { withFigures } from './performance-page.ts';

const page = 'Before.\n\n<!-- measured: begin -->\n\nold\n\n<!-- measured: end -->\n\nAfter.\n';

test('figures replace those between the marks, and nothing else', () => {
  const renewed = withFigures(page, 'new');
  expect(renewed).toBe(page.replace('old', 'new'));
  expect(withFigures(renewed, 'new')).toBe(renewed);
});

test('a page without marks is left alone', () => {
  expect(() => withFigures('A page.', 'new')).toThrow(/needs the lines/);
});
