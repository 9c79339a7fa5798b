import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { builtinTransforms, createCatalog, type DecodedPixels } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { renderAll, renderOne } from '@darkroom/transforms/testing';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { pdf } from './pdf.ts';

const FOLDER = path.resolve(import.meta.dirname, '../fixtures');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));
/** Each has its reference (fixtures/make.py). */
const PAGES = readdirSync(FOLDER).flatMap((file) => {
  const [, name = '', page] = /^(.*)-p(\d+)\.png$/.exec(file) ?? [];
  return page === undefined ? [] : [{ name, page: Number(page) }];
});

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog, decoders: [pdf] });
const PNG = { encode: 'png' };
const render = (name: string, ...steps: readonly unknown[]) =>
  renderOne(engine, catalog, fixture(`${name}.pdf`), [...steps, PNG]);
const given = (options: object = {}) => pdf.options?.parse(options) ?? expect.fail('no options');

async function draw(source: Uint8Array, page = 1, options: object = {}): Promise<DecodedPixels> {
  const pixels = await pdf.read(source, { page, options: given(options) });
  return 'file' in pixels ? expect.fail('a file') : pixels;
}

/** The level of a channel at a place, which is a share of width and height. */
function at({ width, height, channels, data }: DecodedPixels, x: number, y: number): number[] {
  const start = (Math.floor(y * height) * width + Math.floor(x * width)) * channels;
  return [...data.subarray(start, start + channels)];
}

/** Squares of 4×4 pixels become their mean: renderers draw edges differently. */
const DETAIL = 4;
function reduced({ width, height, data }: DecodedPixels): number[] {
  const levels: number[] = [];
  for (let y = 0; y + DETAIL <= height; y += DETAIL)
    for (let x = 0; x + DETAIL <= width; x += DETAIL)
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let row = y; row < y + DETAIL; row += 1)
          for (let column = x; column < x + DETAIL; column += 1)
            sum += data[(row * width + column) * 3 + channel] ?? 0;
        levels.push(sum / DETAIL ** 2);
      }
  return levels;
}

describe('pages look as poppler draws them', () => {
  const dpis: Readonly<Record<string, number>> = { fax: 144, scan: 120 };

  test.each(PAGES)('$name, page $page', async ({ name, page }) => {
    const dpi = DETAIL * (dpis[name] ?? 96);
    const pixels = await draw(fixture(`${name}.pdf`), page, { dpi });
    const { data, info } = await sharp(fixture(`${name}-p${page}.png`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const levels = reduced(pixels);
    expect([pixels.width, pixels.height]).toEqual([DETAIL * info.width, DETAIL * info.height]);
    expect(levels).toHaveLength(data.length);
    const squares = levels.reduce(
      (sum, level, index) => sum + (level - (data[index] ?? 0)) ** 2,
      0,
    );
    expect(Math.sqrt(squares / levels.length)).toBeLessThan(4);
  });
});

test.each(PAGES)('$name, page $page, has the header of its pixels', async ({ name, page }) => {
  const source = fixture(`${name}.pdf`);
  const header = await pdf.header(source, { page, options: given() });
  const { width, height, channels } = await draw(source, page);
  expect(header).toMatchObject({ width, height, channels, depth: 8, density: 150 });
});

describe('facts', () => {
  test('are those of the page at 150 dpi, without options', async () => {
    expect(await engine.inspect(fixture('pages.pdf'))).toMatchObject({
      ...{
        format: 'pdf',
        width: 450,
        height: 300,
        pages: 4,
        resolution: { x: 150, y: 150 },
        hasAlpha: false,
      },
      structure: { scales: true, options: { dpi: 150, background: '#ffffff' } },
    });
  });

  test.each([
    [1, 216, 144],
    [2, 144, 216],
    // Its `Rotate` is 90.
    [3, 216, 144],
    // The crop box.
    [4, 180, 84],
  ])('page %i has %i×%i pixels at 72 dpi', async (page, width, height) => {
    const facts = await engine.inspect(fixture('pages.pdf'), page, { pdf: { dpi: 72 } });
    expect(facts).toMatchObject({ width, height, orientation: 1 });
  });

  test('a page that is not there is damage', async () => {
    await expect(engine.inspect(fixture('text.pdf'), 2)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: 'page 2: the pdf: the page is damaged',
    });
  });
});

describe('outputs', () => {
  test('are drawn at their own size, also above that of the page', async () => {
    const steps = { small: 100, large: 1800 };
    const { outputs } = await renderAll(
      engine,
      catalog,
      fixture('fax.pdf'),
      Object.fromEntries(
        Object.entries(steps).map(([name, width]) => [name, [{ resize: { width } }, PNG]]),
      ),
    );
    expect(outputs.get('small')).toMatchObject({ width: 100, height: 67 });
    expect(outputs.get('large')).toMatchObject({ width: 1800, height: 1200 });
    const straight = await draw(fixture('text.pdf'), 1, { dpi: 300 });
    const { bytes } = await render('text', { resize: { width: straight.width } });
    expect((await sharp(bytes).raw().toBuffer()).equals(straight.data as Uint8Array)).toBe(true);
  });

  test('are not enlarged above `dpi` with `withoutEnlargement`', async () => {
    const { width } = await render('text', { resize: { width: 2000, withoutEnlargement: true } });
    expect(width).toBe(450);
  });

  test('may be parts, which count in pixels at `dpi`', async () => {
    const { bytes } = await render('text', { crop: { left: 0, top: 0, width: 20, height: 10 } });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 20, height: 10 });
  });
});

describe('the paper', () => {
  test('is white', async () => {
    const pixels = await draw(fixture('transparent.pdf'));
    expect(pixels.channels).toBe(3);
    expect(at(pixels, 0.02, 0.02)).toEqual([255, 255, 255]);
  });

  test('may have a colour', async () => {
    const pixels = await draw(fixture('transparent.pdf'), 1, { background: '#102030' });
    expect(at(pixels, 0.02, 0.02)).toEqual([16, 32, 48]);
  });

  test('may be transparent, and half of what is drawn on it', async () => {
    const pixels = await draw(fixture('transparent.pdf'), 1, { background: 'transparent' });
    expect(at(pixels, 0.02, 0.02)[3]).toBe(0);
    const [red = 0, , blue = 255, alpha = 0] = at(pixels, 0.15, 0.5);
    expect(alpha).toBeGreaterThan(120);
    expect(alpha).toBeLessThan(136);
    // Not multiplied by alpha.
    expect(red).toBeGreaterThan(200);
    expect(blue).toBeLessThan(40);
  });
});

describe('what a document does', () => {
  test('a password rejects it with a message that says so', async () => {
    await expect(engine.inspect(fixture('password.pdf'))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: 'the pdf: it opens only with a password',
    });
  });

  test('one that only protects it from changes does not', async () => {
    const [owner, plain] = [await draw(fixture('owner.pdf')), await draw(fixture('text.pdf'))];
    expect(Buffer.compare(owner.data as Uint8Array, plain.data as Uint8Array)).toBe(0);
  });

  test('filled fields are shown', async () => {
    const pixels = await draw(fixture('form.pdf'));
    // Its border.
    expect(at(pixels, 30 / 216, 1 - 82 / 144)).not.toEqual([255, 255, 255]);
  });

  test('a page with a comment has the box and the fonts of its parent', async () => {
    const objects = [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 100 50] /Resources 5 0 R >>',
      '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots [6 0 R] >>',
      '<< /Length 38 >> stream\nBT /F1 90 Tf 0 0 Td (\\225\\225\\225) Tj ET  \nendstream',
      '<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >>',
      '<< /Type /Annot /Subtype /Square /Rect [80 30 98 48] /C [1 0 0] /IC [1 0 0] /F 4 >>',
    ];
    const body = objects.map((object, index) => `${index + 1} 0 obj ${object} endobj`).join('\n');
    const source = Buffer.from(`%PDF-1.4\n${body}\ntrailer << /Root 1 0 R >>\n%%EOF`);
    const pixels = await draw(source, 1, { dpi: 72 });
    expect(pixels).toMatchObject({ width: 100, height: 50 });
    // A bullet of the font, and the comment.
    expect(at(pixels, 0.16, 0.34)).toEqual([0, 0, 0]);
    expect(at(pixels, 0.9, 0.2)).toEqual([255, 0, 0]);
  });

  test('a script does not run: this one would never end', async () => {
    expect(fixture('scripts.pdf').includes('while \\(true\\)')).toBe(true);
    await expect(render('scripts')).resolves.toMatchObject({ width: 450 });
  });
});

describe('what it costs', () => {
  const costOf = async (name: string, options: object = {}) =>
    (await pdf.header(fixture(`${name}.pdf`), { page: 1, options: given(options) })).cost;

  test('does not depend on `dpi`, but for each megapixel', async () => {
    expect(await costOf('text', { dpi: 600 })).toEqual(await costOf('text'));
  });

  test('grows with the pixels of its pictures, also if they are drawn small', async () => {
    // 0.086 megapixels, and none.
    const [scan, text] = [await costOf('scan'), await costOf('text')];
    expect(scan.memory).toBeGreaterThan(text.memory + 0.4);
    expect(scan.cpuSeconds).toBeGreaterThan(text.cpuSeconds + 0.003);
  });

  test('counts what is inside of groups', async () => {
    const [group, plain] = [await costOf('drawing'), await costOf('transparent')];
    expect(group.perMegapixel?.memory).toBeGreaterThan(plain.perMegapixel?.memory ?? Infinity);
  });
});

describe('detection', () => {
  test.each([
    ['%PDF-1.7', 'pdf'],
    ['\xef\xbb\xbf%PDF-1.4', 'pdf'],
    [`${' '.repeat(1000)}%PDF-2.0`, 'pdf'],
    [`${' '.repeat(1024)}%PDF-2.0`, undefined],
    ['%!PS-Adobe', undefined],
    ['', undefined],
  ])('%#', (text, format) => {
    expect(pdf.detect(Buffer.from(text, 'latin1'))).toBe(format);
  });

  test('without the decoder, PDF is not supported', async () => {
    const plain = createEngine({ catalog });
    await expect(plain.inspect(fixture('text.pdf'))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    });
  });
});

describe('bad files', () => {
  const outcome = (file: Uint8Array) =>
    renderOne(engine, catalog, file, [{ resize: { width: 40 } }, PNG]).then(
      () => 'done',
      ({ code, message }: { code?: string; message: string }) => code ?? message,
    );

  test('a document without its pages is corrupt', async () => {
    expect(await outcome(Buffer.from('%PDF-1.7\nnothing'))).toBe('CORRUPT_IMAGE');
    expect(await outcome(fixture('compact.pdf').subarray(0, 3000))).toBe('CORRUPT_IMAGE');
  });

  test('a page of no size has that of letter paper, and a huge one is left to the limits', async () => {
    const sized = (box: string) =>
      Buffer.from(
        fixture('transparent.pdf')
          .toString('latin1')
          .replace(/\/MediaBox \[[^\]]*\]/, `/MediaBox [${box}]`),
        'latin1',
      );
    expect((await engine.inspect(sized('0 0 0 0'))).width).toBe(Math.round((612 * 150) / 72));
    expect((await engine.inspect(sized('0 0 14400 14400'))).width).toBe(30_000);
  });

  // The engine goes on with the next upload after each of them.
  test('changed bytes never do more than reject their own file', async () => {
    const names = [...new Set(PAGES.map(({ name }) => name))];
    let state = 24;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const allowed = ['done', 'CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'TOO_LARGE'];
    for (let round = 0; round < 50; round += 1) {
      const name = names[random(names.length)] ?? '';
      const file = Buffer.from(fixture(`${name}.pdf`));
      const changes = 1 + random(6);
      for (let change = 0; change < changes; change += 1) file[random(file.length)] = random(256);
      expect(allowed, `${name}, round ${round}`).toContain(await outcome(file));
    }
    expect(await outcome(fixture('text.pdf'))).toBe('done');
  }, 120_000);
});
