/** Every page that people read, the generated ones included: its links lead to files and headings that are there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '../..');
const PAGES = [
  '{README,CONTRIBUTING,CHANGELOG,SECURITY}.md',
  'docs/*.md',
  'apps/*/README.md',
  'libs/*/README.md',
  'examples/*/README.md',
  'tools/*/README.md',
  'lab/README.md',
];

const pages = globSync(PAGES, { cwd: CHECKOUT }).sort();

test.each(pages)('%s', (page) => {
  for (const link of linksOf(read(page))) {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    expect(existsSync(path.join(CHECKOUT, target)), `${page} → ${link}`).toBe(true);
    if (anchor !== undefined && target.endsWith('.md'))
      expect(anchorsOf(read(target)), `${page} → ${link}`).toContain(anchor);
  }
});

test('there are links to follow', () => {
  expect(pages.length).toBeGreaterThan(15);
  expect(linksOf('[a](b.md#c) `[no](link)` [d](https://e.f) ![g](h.svg)')).toEqual([
    'b.md#c',
    'h.svg',
  ]);
  expect(anchorsOf('## What `v` costs, and why\n')).toEqual(['what-v-costs-and-why']);
});

/** Those inside the checkout. */
function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\((?<link>[^)\s]+)\)/g)]
    .map(({ groups }) => groups?.['link'] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (?<title>.+)$/gm)].map(
    ({ groups }) =>
      (groups?.['title'] ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

function read(page: string): string {
  return readFileSync(path.join(CHECKOUT, page), 'utf8');
}
