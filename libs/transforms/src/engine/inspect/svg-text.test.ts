import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import type { Variant } from '../../image-engine.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog, svg: true });
const XMLNS = 'http://www.w3.org/2000/svg';
const DRAWING = `<svg xmlns="${XMLNS}" width="12" height="8"><rect width="6" height="8" fill="red"/></svg>`;
const PREFIXED = `<svg:svg xmlns:svg="${XMLNS}" width="12" height="8"><svg:rect width="6" height="8" fill="red"/></svg:svg>`;
const COMMENT = `<!-- ${'long '.repeat(2000)} -->`;

function utf16(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

async function render(source: Uint8Array, variants: Record<string, number>) {
  const list: Variant[] = Object.entries(variants).map(([name, width]) => ({
    name,
    steps: catalog.stepsSchema.parse([{ resize: { width } }, { encode: 'png' }]),
  }));
  const facts = await engine.inspect(source);
  const made = new Map<string, Buffer>();
  for await (const one of engine.render({ source, facts, recipe: 'r', variants: list })) {
    if (one.kind === 'output') made.set(one.variant, Buffer.from(one.bytes));
  }
  return made;
}

describe('an SVG drawing is recognised and drawn', () => {
  test.each<[string, Buffer]>([
    ['plain', Buffer.from(DRAWING)],
    ['with a long comment', Buffer.from(COMMENT + DRAWING)],
    ['with a declaration, comments and a document type', Buffer.from(`<?xml version="1.0"?>\n${COMMENT}\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<!-- a -->${DRAWING}`)],
    ['with a namespace prefix', Buffer.from(PREFIXED)],
    ['with a byte order mark', Buffer.from(`\ufeff${DRAWING}`)],
    ['in UTF-16, little endian', utf16(`\ufeff${DRAWING}`, false)],
    ['in UTF-16, big endian', utf16(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${DRAWING}`, true)],
    ['in UTF-16 without a byte order mark', utf16(`<?xml version="1.0" encoding='utf-16'?>${PREFIXED}`, false)],
    ['compressed', gzipSync(DRAWING)],
    ['compressed, in UTF-16 with a prefix', gzipSync(utf16(`\ufeff${PREFIXED}`, false))],
  ])('%s', async (_, source) => {
    expect(await engine.inspect(source)).toMatchObject({ format: 'svg', width: 12, height: 8 });
    const file = (await render(source, { a: 12 })).get('a');
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
  }); // prettier-ignore
});

describe('a file that may not be drawn is rejected with a reason', () => {
  const ENTITIES = `<!DOCTYPE svg [<!ENTITY a "b">]>${DRAWING}`;

  test.each<[string, Buffer, string, RegExp]>([
    ['entities in UTF-16', utf16(`\ufeff${ENTITIES}`, true), 'UNSUPPORTED_FORMAT', /with entities/],
    ['entities behind a comment', Buffer.from(COMMENT + ENTITIES), 'UNSUPPORTED_FORMAT', /with entities/],
    ['a gzip file inside a gzip file', gzipSync(gzipSync(DRAWING)), 'UNSUPPORTED_FORMAT', /gzip file inside a gzip file/],
    ['compressed entities', gzipSync(ENTITIES), 'UNSUPPORTED_FORMAT', /a gzip file; its content is an SVG drawing with entities/],
    ['another compressed file', gzipSync('text'), 'UNSUPPORTED_FORMAT', /a gzip file; its content is text/],
    ['a compressed drawing that ends early', gzipSync(DRAWING).subarray(0, -12), 'CORRUPT_IMAGE', /damaged/],
    ['a bomb', gzipSync(DRAWING.replace('><', `>${' '.repeat(17 * 1024 * 1024)}<`)), 'TOO_LARGE', /more than 16 MiB/],
    ['a comment without an end', Buffer.from(`<?xml version="1.0"?><!-- ${DRAWING}`), 'UNSUPPORTED_FORMAT', /SVG drawing with|comment/],
  ])('%s', async (_, source, code, message) => {
    const promise = engine.inspect(source);
    await expect(promise).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  }); // prettier-ignore
});

test('each variant of a drawing is drawn at its own size, not enlarged', async () => {
  const source = Buffer.from(DRAWING);
  const alone = await render(source, { large: 600 });
  const several = await render(source, { small: 6, middle: 240, large: 600 });
  const pixels = await sharp(several.get('large')).raw().toBuffer();
  expect(pixels.equals(await sharp(alone.get('large')).raw().toBuffer())).toBe(true);
  // The edge between red and transparent is at most two pixels wide.
  const alphas = Array.from({ length: 600 }, (_, x) => pixels[(200 * 600 + x) * 4 + 3] ?? 0);
  expect(alphas.filter((alpha) => alpha > 0 && alpha < 255).length).toBeLessThanOrEqual(2);
});

// The last test: an engine configures sharp for the whole process.
test('a compressed drawing is rejected if drawings are not allowed', async () => {
  const strict = createEngine({ catalog });
  await expect(strict.inspect(gzipSync(DRAWING))).rejects.toMatchObject({
    code: 'UNSUPPORTED_FORMAT',
    message: expect.stringContaining('a compressed SVG drawing'),
  });
});
