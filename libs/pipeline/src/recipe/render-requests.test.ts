import type { SourceFacts } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import { packageParts } from '../stack/package-parts.ts';
import { framesOf, pagesOf, wantedPages, wantedVariants, wantsFrames } from './pages.ts';
import { recipeSchema, renderRequests } from './recipe.ts';

const facts = (more: Partial<SourceFacts> = {}): SourceFacts => ({
  ...{ format: 'tiff', width: 20, height: 30, orientation: 1, pages: 3, bytes: 100 },
  ...{ hasAlpha: false, progressive: false, ...more },
});
const gif = facts({ format: 'gif', pages: 12 });
const recipe = (variants: object[], more: object = {}) =>
  recipeSchema.parse({ name: 'scans', variants, ...more });
const sheet = (more: object) => ({
  ...{ name: 'sheet', steps: ['montage', { encode: 'png' }] },
  ...more,
});
const document = (more: object) => ({ name: 'all', steps: [{ encode: 'pdf' }], ...more });

describe('pages and frames that are joined', () => {
  test.each([
    ['pages of a document', document({ pages: 'all' }), facts(), [1, 2, 3], []],
    ['a range of pages', sheet({ pages: '2-9' }), facts(), [2, 3], []],
    ['the one page of a photo', sheet({ pages: 'all' }), facts({ format: 'jpeg' }), [1], []],
    ['the page of an animation', sheet({ pages: 'all' }), gif, [1], []],
    ['frames of an animation', sheet({ frames: { evenly: 3 } }), gif, [], [1, 5, 9]],
    ['all frames', sheet({ frames: 'all' }), { ...gif, pages: 2 }, [], [1, 2]],
    ['the one frame of a photo', sheet({ frames: 'all' }), facts({ format: 'png' }), [1], []],
  ])('%s are one output', (_, variant, upload, pages, frames) => {
    const wanted = wantedVariants(recipe([variant]), upload);
    expect(wanted).toMatchObject([{ name: variant.name, page: pages[0] ?? 1 }]);
    expect(wanted.flatMap(pagesOf)).toEqual(pages);
    expect(wanted.flatMap(framesOf)).toEqual(frames);
    expect(wantsFrames(recipe([variant]), upload)).toBe(frames.length > 0);
  });

  test('that an upload does not have are no output', () => {
    expect(wantedVariants(recipe([sheet({ pages: '4-9' })]), facts())).toEqual([]);
    expect(wantedVariants(recipe([sheet({ frames: 2 })]), facts({ format: 'png' }))).toEqual([]);
  });

  test('of several variants are each decoded once, in order', () => {
    const variants = [
      sheet({ pages: '12-13' }),
      { name: 'page', steps: [], pages: '2-3' },
      document({ pages: '3-4' }),
    ];
    expect(wantedPages(recipe(variants), facts({ pages: 20 }))).toEqual([1, 2, 3, 4, 12, 13]);
  });

  test('are not frames of a still', () => {
    const still = { name: 'still', steps: [] };
    expect(wantsFrames(recipe([still]), gif)).toBe(false);
    const frames = { ...still, frames: 2 };
    expect(wantsFrames(recipe([frames]), gif)).toBe(true);
    expect(wantedVariants(recipe([frames]), gif).flatMap(framesOf)).toEqual([2]);
  });
});

describe('what the engine makes', () => {
  const flip = { name: 'flip', steps: ['flip'] };
  const names = (requests: ReturnType<typeof renderRequests>) =>
    requests.map(({ variants }) => variants.map(({ name, frame }) => [name, frame ?? 0]));

  test('of a photo are all variants but copies, with what the recipe sets', () => {
    const variants = [flip, { name: 'copy', copy: true }];
    const [request, ...others] = renderRequests(
      recipe(variants, { effort: 'small', placeholder: { blurhash: true } }),
      [facts({ format: 'jpeg' })],
    );
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      ...{ recipe: 'scans', effort: 'small', placeholder: { blurhash: true } },
      variants: [{ name: 'flip', steps: [{ transform: 'flip' }] }],
    });
    expect(request).not.toHaveProperty('measures');
    expect(request).not.toHaveProperty('placeholderSteps');
    expect(request?.variants[0]).not.toHaveProperty('page');
  });

  test('of pages are the variants of each, with the placeholder and the facts of the first', () => {
    const wanted = recipe([flip, { ...flip, name: 'page', pages: '1-2' }], {
      facts: ['resolution', 'histogram'],
    });
    const pages = [facts(), facts({ pages: 1, page: 2 })] as const;
    const requests = renderRequests(wanted, pages);
    expect(names(requests)).toEqual([
      [
        ['flip', 0],
        ['page-p1', 0],
      ],
      [['page-p2', 0]],
    ]);
    expect(requests.map(({ measures }) => measures)).toEqual([['histogram'], undefined]);
    const [first, second] = requests.map(({ placeholder }) => placeholder);
    expect(first).toEqual(wanted.placeholder);
    expect(second).not.toEqual(wanted.placeholder);
    const plain = renderRequests(recipe([flip], { facts: ['resolution'] }), [facts()]);
    expect(plain[0]).not.toHaveProperty('measures');
  });

  test('of frames are those that are wanted', () => {
    const wanted = recipe([flip, { ...flip, name: 'still', frames: '2-3' }]);
    const frames = { ...gif, pages: 1, frameOf: {} } as unknown as SourceFacts;
    expect(names(renderRequests(wanted, [gif, frames]))).toEqual([
      [['flip', 0]],
      [
        ['still-f2', 2],
        ['still-f3', 3],
      ],
    ]);
  });

  const crop = { left: 0.1, top: 0.2, width: 0.5, height: 0.123_456_78 };
  const toFocus = { resize: { width: 9, position: 'focus', otherwise: 'north' } };
  const focused = recipe([{ name: 'web', steps: ['rotate', toFocus, 'flip'] }], {
    choices: ['focus', 'crop'],
  });
  const steps = (choices: object) =>
    renderRequests(focused, [facts({ format: 'jpeg' })], choices)[0];

  test('of an upload with a region comes after its crop, which the placeholder has too', () => {
    const request = steps({ crop });
    const cropping = [
      { transform: 'rotate', options: { angle: 'auto' } },
      {
        transform: 'crop',
        options: {
          ...{ left: '10%', top: '20%', width: '50%', height: '12.3457%' },
          otherwise: 'clamp',
        },
      },
    ];
    expect(request?.placeholderSteps).toMatchObject(cropping);
    expect(request?.variants[0]?.steps.slice(0, 2)).toMatchObject(cropping);
    expect(request?.variants[0]?.steps).toHaveLength(5);
  });

  test.each([
    [{ focus: { x: 0.4, y: 0.26 } }, { x: 0.4, y: 0.26 }],
    [
      { focus: { x: 0.4, y: 0.4 }, crop: { ...crop, height: 0.4 } },
      { x: 0.6, y: 0.5 },
    ],
    [
      { focus: { x: 0, y: 1 }, crop: { ...crop, height: 0.4 } },
      { x: 0, y: 1 },
    ],
  ])('of the choices %j has its focus at %j', (choices, point) => {
    const [resize] =
      steps(choices)?.variants[0]?.steps.filter(({ transform }) => transform === 'resize') ?? [];
    const { x, y } = (resize?.options['focus'] ?? {}) as { x: number; y: number };
    expect([x, y]).toEqual([expect.closeTo(point.x, 6), expect.closeTo(point.y, 6)]);
    expect(resize?.options).toMatchObject({ width: 9, position: 'focus' });
    expect(resize?.options).not.toHaveProperty('otherwise');
  });

  test('without a focal point, or for another position, stays as the recipe says', () => {
    expect(steps({})?.variants[0]?.steps).toEqual(focused.variants[0]?.steps);
    const other = recipe([{ name: 'web', steps: [{ resize: { width: 9, position: 'north' } }] }]);
    const choices = { focus: { x: 0, y: 0 } };
    const [request] = renderRequests(other, [facts({ format: 'jpeg' })], choices);
    expect(request?.variants[0]?.steps).toEqual(other.variants[0]?.steps);
  });
});

test('the package has the decoders of the formats, and what writes PDF only if a variant is one', () => {
  const photos = recipe([{ name: 'web', steps: [] }]);
  const scans = recipe([{ name: 'web', steps: [] }, document({ pages: 'all' })]);
  const heic = recipe([{ name: 'web', steps: [] }], { formats: ['jpeg', 'heic'] });
  expect(packageParts([photos])).toEqual([]);
  expect(packageParts([photos, scans])).toEqual(['encode-pdf']);
  expect(packageParts([photos, heic])).toEqual(['heic']);
});
