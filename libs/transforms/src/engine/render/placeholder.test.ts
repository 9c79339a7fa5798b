import sharp from 'sharp';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import {
  NO_PLACEHOLDER,
  type PlaceholderParts,
  type Rendered,
  type RenderedPlaceholder,
} from '../../image-engine.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const engine = createEngine({ catalog: createCatalog(builtinTransforms) });
const ALL = { thumbhash: true, dominantColour: true, blurhash: true };

async function render(source: Uint8Array, placeholder?: PlaceholderParts): Promise<Rendered[]> {
  const facts = await engine.inspect(source);
  const request = { source, facts, recipe: 'photos', variants: [] };
  const rendering = engine.render({ ...request, ...(placeholder && { placeholder }) });
  const made: Rendered[] = [];
  for await (const item of rendering) made.push(item);
  return made;
}

async function placeholderOf(source: Uint8Array, parts: PlaceholderParts = ALL) {
  const [made] = (await render(source, parts)) as [RenderedPlaceholder];
  return made;
}

const plain = (background: object | string, width = 40, height = 30) =>
  sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();

const BASE83 =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';
const base83 = (text: string) =>
  [...text].reduce((value, digit) => value * 83 + BASE83.indexOf(digit), 0);

/** A BlurHash's digits 3 to 6 are the mean colour (https://github.com/woltapp/blurhash, "Algorithm.md"). */
function meanColour(blurhash = ''): string {
  return `#${base83(blurhash.slice(2, 6)).toString(16).padStart(6, '0')}`;
}

test('a ThumbHash and the dominant colour are the default', async () => {
  const [made, ...more] = await render(await sample({ width: 32, height: 24 }));
  expect(more).toEqual([]);
  expect(Object.keys(made ?? {})).toEqual(['kind', 'thumbhash', 'dominantColour']);
});

test.each(['thumbhash', 'dominantColour', 'blurhash'] as const)('%s alone', async (part) => {
  const made = await placeholderOf(await sample({ width: 32, height: 24 }), {
    ...NO_PLACEHOLDER,
    [part]: true,
  });
  expect(Object.keys(made)).toEqual(['kind', part]);
});

test('of nothing, none is made, and nothing is decoded', async () => {
  expect(await render(await sample({ width: 32, height: 24 }), NO_PLACEHOLDER)).toEqual([]);
});

test('a BlurHash has the colour of the picture, and white where that is transparent', async () => {
  expect(meanColour((await placeholderOf(await plain('#c04020'))).blurhash)).toBe('#c04020');
  const clear = await plain({ r: 0, g: 0, b: 0, alpha: 0 });
  expect(meanColour((await placeholderOf(clear)).blurhash)).toBe('#ffffff');
});

test.each([
  ['a landscape', 40, 30, 4, 3],
  ['a portrait', 30, 40, 3, 4],
])('a BlurHash of %s has its components along the longer side', async (_, width, height, x, y) => {
  const { blurhash = '' } = await placeholderOf(await plain('#c04020', width, height));
  // The first of its base 83 digits is x − 1 + 9 (y − 1).
  expect(base83(blurhash.charAt(0))).toBe(x - 1 + 9 * (y - 1));
});
