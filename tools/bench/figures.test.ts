import { expect, test } from 'vitest';
import { withFigures } from './figures.ts';

const page = 'Before.\n\n<!-- bench: begin -->\n\nold\n\n<!-- bench: end -->\n\nAfter.\n';

test('figures replace those between the marks, and nothing else', () => {
  const renewed = withFigures(page, 'bench', 'new');
  expect(renewed).toBe(page.replace('old', 'new'));
  expect(withFigures(renewed, 'bench', 'new')).toBe(renewed);
});

test('a page without marks is refused', () => {
  expect(() => withFigures('nothing', 'bench', 'new')).toThrow(/needs the lines/);
});
