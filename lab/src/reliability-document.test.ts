import { expect, test } from 'vitest';
import { withRow } from './reliability-document.ts';

const DOCUMENT = `# Title

<!-- chaos -->

| seed | operations |
| ---: | ---------: |
|    1 |      3,000 |

Text.
`;

test('a new row comes last, a known one is replaced, and the columns stay aligned', () => {
  const two = withRow(DOCUMENT, 'chaos', '22', ['12,345,678']);
  expect(two).toBe(`# Title

<!-- chaos -->

| seed | operations |
| ---: | ---------: |
|    1 |      3,000 |
|   22 | 12,345,678 |

Text.
`);
  expect(withRow(withRow(two, 'chaos', '22', ['5']), 'chaos', '22', ['12,345,678'])).toBe(two);
});

test('a document without the table is refused', () => {
  expect(() => withRow(DOCUMENT, 'soak', '1', [])).toThrow('no table behind <!-- soak -->');
});
