import { runInNewContext } from 'node:vm';
import type { RecipeChoices } from '@darkroom/pipeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseFormatCode, ChoicesError, type ChoosingRecipe } from './choose-format.ts';

const recipes: ChoosingRecipe[] = [
  { name: 'cats', match: { prefix: 'uploads/', suffixes: ['.cat.jpg', '.cat.png'] } },
  { name: 'photos', match: { prefix: 'uploads/' } },
  { name: 'scans', match: { prefix: 'scans/' } },
];
const file = (type: string, name: string) => ({ contentType: `image/${type}`, file: name });
const choices: Record<string, RecipeChoices> = {
  cats: { w640: [file('webp', 'cat.webp'), file('png', 'cat.png')] },
  photos: {
    w640: [
      file('avif', 'w640-avif.avif'),
      file('webp', 'w640-webp.webp'),
      file('jpeg', 'w640-jpeg.jpg'),
    ],
    w1280: [file('webp', 'w1280-webp.webp'), file('jpeg', 'w1280-jpeg.jpg')],
  },
};

interface Answer {
  readonly uri?: string;
  readonly statusCode?: number;
}
const handler = runInNewContext(`${chooseFormatCode(recipes, choices)}; handler`) as (event: {
  request: { uri: string; headers: object };
}) => Answer;
function ask(uri: string, accept?: string | readonly string[]): Answer {
  const multiValue = typeof accept === 'object' && accept.map((value) => ({ value }));
  const headers =
    accept === undefined ? {} : { accept: { value: accept, ...(multiValue && { multiValue }) } };
  return handler({ request: { uri, headers } });
}

const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const SAFARI_15 = 'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5';

describe('the first format that a browser names, or else the last', () => {
  test.each([
    [CHROME, 'w640-avif.avif'],
    [SAFARI_15, 'w640-webp.webp'],
    ['image/png,image/*;q=0.8,*/*;q=0.5', 'w640-jpeg.jpg'],
    ['*/*', 'w640-jpeg.jpg'],
    ['', 'w640-jpeg.jpg'],
    [undefined, 'w640-jpeg.jpg'],
    ['IMAGE/AVIF', 'w640-avif.avif'],
    ['image/avif;q=0, image/webp', 'w640-webp.webp'],
    ['image/avif; q=0.000, image/webp;q=0.1', 'w640-webp.webp'],
    ['image/avif;q=0.5', 'w640-avif.avif'],
    [['text/html', 'image/webp'], 'w640-webp.webp'],
    ['image/avif-sequence', 'w640-jpeg.jpg'],
  ])('%j → %s', (accept, name) => {
    expect(ask('/uploads/cat.jpg/w640.auto', accept).uri).toBe(`/uploads/cat.jpg/${name}`);
  });
});

describe('the first recipe that matches the key', () => {
  test.each([
    ['/uploads/a.cat.png/w640.auto', '/uploads/a.cat.png/cat.webp'],
    [
      '/uploads/a.b/c%20d/%E7%8C%AB.cat.jpg/w640.auto',
      '/uploads/a.b/c%20d/%E7%8C%AB.cat.jpg/cat.webp',
    ],
    ['/uploads/photo.jpg/w1280.auto', '/uploads/photo.jpg/w1280-webp.webp'],
    ['/%75ploads/photo.jpg/w1280.auto', '/%75ploads/photo.jpg/w1280-webp.webp'],
    [`/_long/${'a'.repeat(64)}/w1280.auto`, `/_long/${'a'.repeat(64)}/w1280-webp.webp`],
  ])('%s → %s', (uri, expected) => {
    expect(ask(uri, CHROME).uri).toBe(expected);
  });

  test.each([
    ['/uploads/a.cat.jpg/w1280.auto', 'a choice that only another recipe has'],
    ['/uploads/a.jpg/w2560.auto', 'a choice that nobody has'],
    ['/uploads/a.jpg/constructor.auto', 'a name that every object has'],
    ['/scans/a.jpg/w640.auto', 'a recipe without choices'],
    ['/elsewhere/a.jpg/w640.auto', 'no recipe'],
    ['/w640.auto', 'no key'],
    ['/uploads/%E0%A4%A/w640.auto', 'no UTF-8'],
    [`/_long/${'a'.repeat(64)}/w640.auto`, 'a long key, and two recipes that it may be of'],
  ])('%s is not found: %s', (uri) => {
    expect(ask(uri, CHROME)).toEqual({ statusCode: 404, statusDescription: 'Not Found' });
  });
});

test('whatever is asked for, the answer stays below the key, or is 404', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: false }), fc.string(), (url, accept) => {
      const { pathname } = new URL(url);
      for (const uri of [`/uploads${pathname}/w640.auto`, `${pathname}.auto`]) {
        const { uri: answer, statusCode } = ask(uri, accept);
        if (statusCode === undefined)
          expect(answer?.slice(0, answer.lastIndexOf('/'))).toBe(
            uri.slice(0, uri.lastIndexOf('/')),
          );
      }
    }),
  );
});

test('more choices than CloudFront takes are an error that says so', () => {
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`w${index}`, choices['photos']?.['w640'] ?? []]),
  );
  expect(() => chooseFormatCode(recipes, { photos: many })).toThrow(ChoicesError);
});
