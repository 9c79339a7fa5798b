import { expect, test } from 'vitest';
import { withFigures } from './performance-page.ts';

const page =
  'Before.\n\n<!-- as they are: begin -->\n\nold\n\n<!-- as they are: end -->\n\nAfter.\n';

test('figures replace those between the marks, and nothing else', () => {
  const renewed = withFigures(page, 'as they are', 'new');
  expect(renewed).toBe(page.replace('old', 'new'));
  expect(withFigures(renewed, 'as they are', 'new')).toBe(renewed);
});

test('a page without the section’s marks is left alone', () => {
  expect(() => withFigures(page, 'enlarged', 'new')).toThrow(/needs the lines/);
});
