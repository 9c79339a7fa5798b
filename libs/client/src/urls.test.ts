import { outputKeys, recipeSchema } from '@darkroom/pipeline';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { folderOf, outcomeUrl, urls } from './urls.ts';

const recipe = {
  name: 'photos',
  variants: [
    { name: 'thumb', steps: [{ rotate: 'auto' }, { resize: { width: 200 } }, { encode: 'webp' }] },
    {
      name: 'web',
      widths: [320, 640],
      steps: [],
      encode: ['avif', { format: 'jpeg', quality: 82 }],
    },
    { name: 'w{width}', widths: [80], steps: [{ encode: { format: 'png' } }] },
    { name: 'large', when: { width: { min: 2000 } }, steps: [{ encode: 'webp' }] },
    { name: 'original', copy: true },
    { name: 'same', steps: [{ resize: { width: 10 } }] },
    { name: 'document', pages: 'all', steps: [{ encode: 'png' }] },
    { name: 'clip', frames: { evenly: 4 }, steps: [{ encode: 'png' }] },
  ],
} as const;

describe('urls', () => {
  const made = urls('uploads/my cat.jpg', recipe, 'https://images.example');

  test('has one URL for each variant whose file is known from the recipe alone', () => {
    const folder = 'https://images.example/uploads/my%20cat.jpg';
    expect(made).toEqual({
      thumb: `${folder}/thumb.webp`,
      'web-320-avif': `${folder}/web-320-avif.avif`,
      'web-320-jpeg': `${folder}/web-320-jpeg.jpg`,
      'web-640-avif': `${folder}/web-640-avif.avif`,
      'web-640-jpeg': `${folder}/web-640-jpeg.jpg`,
      w80: `${folder}/w80.png`,
    });
  });

  test('is typed by the recipe', () => {
    expectTypeOf<keyof typeof made>().toEqualTypeOf<
      'thumb' | 'web-320-avif' | 'web-320-jpeg' | 'web-640-avif' | 'web-640-jpeg' | 'w80'
    >();
    // @ts-expect-error: no variant has this name
    expect(made.thump).toBeUndefined();
    // @ts-expect-error: only some uploads have it
    expect(made.large).toBeUndefined();
    // @ts-expect-error: its extension depends on the upload
    expect(made.original).toBeUndefined();
    // @ts-expect-error: the upload decides how many pages there are
    expect(made.document).toBeUndefined();
    // @ts-expect-error: the upload decides how many frames there are
    expect(made.clip).toBeUndefined();
    // @ts-expect-error: its extension depends on the upload
    expect(made.same).toBeUndefined();
  });

  test('are those of the pipeline, for any key', () => {
    const parsed = recipeSchema.parse(recipe);
    const key = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme', minLength: 200, maxLength: 1100 }),
      fc.nat(60).map((length) => 'k'.repeat(980 + length)),
      fc.string().map((rest) => `_long/${rest}`),
    );
    fc.assert(
      fc.property(key, (one) => {
        const keys = outputKeys(one, parsed);
        expect(folderOf(one, recipe)).toBe(keys.prefix);
        const base = 'https://x.example/';
        const path = outcomeUrl(one, recipe, base).slice(base.length);
        expect(path.split('/').map(decodeURIComponent).join('/')).toBe(keys.outcome);
      }),
    );
  });

  test('are those of the pipeline also of a contact sheet, whose name has no number', () => {
    for (const montage of ['montage', { montage: { gap: 4 } }] as const) {
      const steps = [montage, { encode: 'png' }] as const;
      const sheets = { variants: [{ name: 'contact-sheet', frames: 'all', steps }] } as const;
      const parsed = recipeSchema.parse({ name: 'clips', ...sheets });
      for (let length = 990; length < 1020; length += 1) {
        const key = 'k'.repeat(length);
        expect(folderOf(key, sheets)).toBe(outputKeys(key, parsed).prefix);
      }
    }
  });
});
