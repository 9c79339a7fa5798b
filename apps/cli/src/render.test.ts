import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseManifest } from '@darkroom/pipeline';
import { sample } from '@darkroom/transforms/testing';
import { parseHTML } from 'linkedom';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { render } from './commands/render.ts';
import { run } from './run.ts';

let folder: string;
let said: { out: string; error: string };
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-render-'));
  await mkdir(inFolder('photos/trip'), { recursive: true });
  await Promise.all([
    writeFile(inFolder('photos/a<b>.jpg'), await sample({ width: 320, height: 240 })),
    writeFile(inFolder('photos/trip/b.jpg'), await sample({ width: 64, height: 48 })),
    writeFile(inFolder('photos/.hidden.jpg'), 'no picture'),
    writeFile(inFolder('text.jpg'), 'no picture'),
    writeFile(inFolder('recipe.yaml'), recipe(80)),
    writeFile(inFolder('other.yaml'), recipe(30).replace('tiny', 'small')),
  ]);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  said = { out: '', error: '' };
});

const recipe = (quality: number) =>
  `{ name: photos, match: { prefix: uploads/ }, variants: [{ name: web, steps: [{ resize: { width: 120 } }, { encode: { format: webp, quality: ${quality} } }] }, { name: tiny, steps: [{ resize: { width: 20 } }] }] }`;
const inFolder = (name: string) => path.join(folder, name);
const streams = {
  stdout: { write: (text: string) => void (said.out += text) },
  stderr: { write: (text: string) => void (said.error += text) },
  stdin: {},
  env: {},
};
const darkroom = (...args: string[]) => run(['render', ...args], { streams });

test('writes outputs and manifests of a folder with the keys of the bucket', async () => {
  const out = inFolder('out');
  expect(await darkroom(inFolder('recipe.yaml'), inFolder('photos'), '--out', out)).toBe(0);
  const files = await readdir(out, { recursive: true, withFileTypes: true });
  const keys = files
    .filter((file) => file.isFile())
    .map((file) => path.relative(out, path.join(file.parentPath, file.name)));
  expect(keys.sort()).toEqual(
    ['a<b>.jpg', 'trip/b.jpg'].flatMap((photo) =>
      ['manifest.json', 'tiny.jpg', 'web.webp'].map((file) => `uploads/${photo}/${file}`),
    ),
  );
  const manifest = parseManifest(
    await readFile(path.join(out, 'uploads/trip/b.jpg/manifest.json')),
  );
  expect(manifest).toMatchObject({ status: 'done', source: { key: 'uploads/trip/b.jpg' } });
  expect(said.out).toMatch(/Recipe photos: 2 photos, 4 outputs/);
  expect(said.out).toMatch(/about \$[\d.]+ per million uploads/);
});

test('takes the files in folders that its formats name', async () => {
  const document = path.resolve(import.meta.dirname, '../../../libs/decoder-pdf/fixtures/text.pdf');
  await mkdir(inFolder('documents'));
  await copyFile(document, inFolder('documents/A.PDF'));
  await writeFile(inFolder('pdf.yaml'), recipe(80).replace('match:', 'formats: [pdf], match:'));
  expect(await darkroom(inFolder('recipe.yaml'), inFolder('documents'))).toBe(2);
  expect(said.error).toMatch(/documents: the folder has no pictures/);
  expect(await darkroom(inFolder('pdf.yaml'), inFolder('documents'))).toBe(0);
  expect(said.out).toMatch(/Recipe photos: 1 photos, 2 outputs/);
});

test('reports a rejected photo with its code, renders the others and exits with 1', async () => {
  const args = [inFolder('recipe.yaml'), inFolder('text.jpg'), inFolder('photos/trip/b.jpg')];
  expect(await darkroom(...args, '--json')).toBe(1);
  const { photos } = render.output.parse(JSON.parse(said.out)) as {
    photos: { status: string; error?: { code: string }; variants: unknown[] }[];
  };
  expect(photos[0]).toMatchObject({
    status: 'rejected',
    error: { code: 'UNSUPPORTED_FORMAT' },
    variants: [],
  });
  expect(photos[1]).toMatchObject({
    status: 'done',
    variants: [
      { name: 'web', width: 120 },
      { name: 'tiny', width: 20, height: 15 },
    ],
    ...{ writes: 4, reads: 2 },
  });
});

describe('own transforms', () => {
  const AUTHORING = path.resolve(import.meta.dirname, '../../../libs/transforms/src/authoring.ts');
  beforeAll(async () => {
    await mkdir(inFolder('node_modules'));
    await symlink(
      path.resolve(import.meta.dirname, '../../../node_modules/zod'),
      inFolder('node_modules/zod'),
    );
    const definition = `{ name: 'dim', version: 1, options: z.strictObject({}), apply: (image) => image.linear(0.5, 0) }`;
    await writeFile(
      inFolder('dim.ts'),
      `import { defineTransform } from ${JSON.stringify(AUTHORING)};\nimport * as z from 'zod';\nexport const dim = defineTransform(${definition});`,
    );
    const variants = '[{ name: web, steps: [dim, { resize: { width: 20 } }] }]';
    await writeFile(inFolder('dim.yaml'), `{ name: photos, variants: ${variants} }`);
  });
  beforeEach(() => void vi.stubEnv('INIT_CWD', folder));
  const ARGUMENTS = ['dim.yaml', 'photos/trip/b.jpg'];

  test('--transforms adds them to those that a recipe may name', async () => {
    expect(await darkroom(...ARGUMENTS, '--transforms', 'dim.ts', '--json')).toBe(0);
    expect(JSON.parse(said.out)).toMatchObject({ photos: [{ status: 'done' }] });
    said = { out: '', error: '' };
    const explained = await run(['explain', ...ARGUMENTS, '--transforms', 'dim.ts'], { streams });
    expect(explained).toBe(0);
    expect(said.out).toMatch(/step 0 of web: dim/);
  });

  test('without it, the message names it', async () => {
    expect(await darkroom(...ARGUMENTS)).toBe(2);
    expect(said.error).toMatch(/unknown transform "dim".*add --transforms FILE/s);
  });

  test('a file that breaks the rules is refused as at preview', async () => {
    await writeFile(inFolder('none.ts'), 'export const dim = 1;');
    expect(await darkroom(...ARGUMENTS, '--transforms', 'none.ts')).toBe(2);
    expect(said.error).toMatch(/^INVALID_TRANSFORM: none\.ts exports no transform/);
  });
});

describe('--against', () => {
  test('writes one page with a slider for each variant, without network', async () => {
    const page = inFolder('compared/page.html');
    const args = ['--against', inFolder('other.yaml'), '--page', page];
    expect(await darkroom(inFolder('recipe.yaml'), inFolder('photos'), ...args)).toBe(0);
    const html = await readFile(page, 'utf8');
    const { document } = parseHTML(html) as unknown as {
      document: { querySelectorAll(selector: string): Iterable<Element> };
    };
    interface Element {
      getAttribute(name: string): string | null;
      readonly textContent: string;
    }
    const all = (selector: string) => [...document.querySelectorAll(selector)];
    expect(all('img-comparison-slider')).toHaveLength(2);
    expect(all('img')).toHaveLength(4);
    for (const image of all('img')) {
      expect(image.getAttribute('src')).toMatch(/^data:image\/webp;base64,/);
      expect(image.getAttribute('alt')).toMatch(/variant web/);
    }
    expect(all('h2').map(({ textContent }) => textContent)).toContain(inFolder('photos/a<b>.jpg'));
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/(?:src|href)="(?!data:)|sourceMappingURL|@import|url\(/);
    expect(html).toContain('Dmitry Snisarenko');
    expect(html).toContain('Only in one of the recipes: tiny, small.');
    expect(said.out).toMatch(/web .* 0\.\d{4}/);
  });

  test('the same recipe is equal to itself', async () => {
    const args = [inFolder('recipe.yaml'), inFolder('photos/trip/b.jpg')];
    const page = ['--against', inFolder('recipe.yaml'), '--page', inFolder('same.html')];
    expect(await darkroom(...args, ...page, '--json')).toBe(0);
    const { against } = JSON.parse(said.out) as {
      against: { variants: { bytes: number; otherBytes: number; ssim: number }[] }[];
    };
    for (const { bytes, otherBytes, ssim } of against[0]?.variants ?? []) {
      expect(otherBytes).toBe(bytes);
      expect(ssim).toBeCloseTo(1);
    }
    expect(against[0]?.variants).toHaveLength(2);
  });

  test('--page without it is a mistake', async () => {
    expect(await darkroom(inFolder('recipe.yaml'), inFolder('text.jpg'), '--page', 'p.html')).toBe(
      2,
    );
    expect(said.error).toMatch(/--page needs --against/);
  });
});
