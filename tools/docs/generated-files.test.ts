import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { catalog } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from './generated-files.ts';
import { makePictures } from './pictures.ts';

const CHECKOUT = path.join(import.meta.dirname, '../..');
const PICTURES = path.join(CHECKOUT, 'docs/pictures');
const STALE = 'is stale: npm run docs';

const files = await generatedFiles();

test.each(files)('$path is what the schemas say', ({ path: file, text }) => {
  expect(readFileSync(path.join(CHECKOUT, file), 'utf8'), `${file} ${STALE}`).toBe(text);
});

describe('the pictures', () => {
  const formats = readFileSync(path.join(CHECKOUT, 'docs/formats.md'), 'utf8');
  const pages = [...files.map(({ text }) => text), formats].join('\n');

  test('are those that the pages show', () => {
    const shown = [...pages.matchAll(/\(pictures\/([^)]+)\)/g)].map(([, name]) => name);
    expect([...new Set(shown)].sort(), `docs/pictures ${STALE}`).toEqual(
      readdirSync(PICTURES).sort(),
    );
  });

  test('are as large as the transforms make them, and small enough for a page', async () => {
    const engine = createEngine({ catalog });
    for (const { name, width, height } of await makePictures()) {
      // Their bytes may differ from one version of libvips to the next.
      const bytes = readFileSync(path.join(PICTURES, name));
      const facts = await engine.inspect(bytes);
      expect(facts, `${name} ${STALE}`).toMatchObject({ format: 'webp', width, height });
      expect(bytes.length, name).toBeLessThan(16 * 1024);
    }
  });

  test('of every transform that changes pixels', () => {
    for (const name of catalog.names) {
      const kind = catalog.get(name)?.kind;
      if (kind !== 'facts' && kind !== 'setting') expect(pages).toContain(`pictures/${name}.webp`);
    }
  });
});
