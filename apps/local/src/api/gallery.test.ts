import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paintLandscape } from '../demo/painting.ts';
import { startConsoleRig, type ConsoleRig } from './testing/console-rig.ts';

const GALLERY = path.resolve(import.meta.dirname, '../../../console/src/playground/gallery');
const files = readdirSync(GALLERY);

interface Answer {
  readonly problems: readonly { readonly message: string }[];
  readonly rendering: {
    readonly id: string;
    readonly status: string;
    readonly variants: readonly { name: string; contentType: string; width: number }[];
    readonly skipped: readonly object[];
    readonly dollarsPerMillion: number;
  } | null;
}

let rig: ConsoleRig;
let photo: string;

beforeAll(async () => {
  rig = await startConsoleRig();
  const body = await paintLandscape(1).jpeg().toBuffer();
  const response = await fetch(`${rig.api.url}/api/playground/photo`, { method: 'PUT', body });
  ({ photo } = (await response.json()) as { photo: string });
});
afterAll(() => rig?.stop());

async function render(recipe: string, from: object = { photo }): Promise<Answer> {
  const response = await fetch(`${rig.api.url}/api/playground/render`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipe, from }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

test('the gallery has a recipe for each of its subjects', () => {
  expect(files).toEqual(
    ['shop', 'avatars', 'articles', 'documents', 'art-prints', 'hdr']
      .map((name) => `${name}.yaml`)
      .toSorted(),
  );
});

test.each(files)('%s is valid, and the engine makes all its variants', async (file) => {
  const { problems, rendering } = await render(readFileSync(path.join(GALLERY, file), 'utf8'));
  expect(problems).toEqual([]);
  expect(rendering).toMatchObject({ status: 'done', skipped: [] });
  expect(rendering?.dollarsPerMillion).toBeGreaterThan(0);
  const { id = '', variants = [] } = rendering ?? {};
  expect(variants.length).toBeGreaterThan(1);
  for (const { name, contentType, width } of variants) {
    const output = await fetch(
      `${rig.api.url}/api/playground/output?id=${id}&variant=${encodeURIComponent(name)}`,
    );
    expect(output.headers.get('content-type')).toBe(contentType);
    expect(output.headers.get('content-security-policy')).toContain('sandbox');
    const picture = await sharp(await output.arrayBuffer()).metadata();
    expect(picture.width).toBe(width);
  }
});

test('renders an upload of the bucket, and reports problems with their places', async () => {
  await rig.upload('uploads/a.jpg', await paintLandscape(2).jpeg().toBuffer());
  const recipe = 'name: a\nvariants:\n  - name: web\n    steps: [{ resize: { width: 50 } }]\n';
  const { rendering } = await render(recipe, { key: 'uploads/a.jpg' });
  expect(rendering?.variants).toMatchObject([{ name: 'web', width: 50 }]);
  const { problems } = await render(recipe.replace('width', 'widht'));
  expect(problems).toMatchObject([{ from: recipe.indexOf('width') }]);
});

test('a page that changes its recipe ends the rendering, and the next one is made', async () => {
  const slow = `name: a\nvariants:\n  - name: web\n    steps: [{ resize: { width: 4000 } }, { blur: 90 }, { encode: { format: avif, effort: 9 } }]\n`;
  const left = new AbortController();
  const request = fetch(`${rig.api.url}/api/playground/render`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipe: slow, from: { photo } }),
    signal: left.signal,
  });
  left.abort();
  await expect(request).rejects.toThrow('abort');
  const { rendering } = await render(slow.replace('4000', '40').replace('9 }', '1 }'));
  expect(rendering).toMatchObject({ status: 'done' });
});
