import { describe, expect, test } from 'vitest';
import { choiceProblems, deliveredFiles, deliveryChoices, selectionProblems } from './delivery.ts';
import { makeOutcomeOf } from './public-variants.ts';
import type { Manifest } from '../contract/manifest.ts';
import { recipesSchema } from '../recipe/recipe.ts';
import { parseSettings, SettingsError } from './settings.ts';

const variant = (name: string, ...encode: object[]) => ({
  name,
  steps: [{ resize: { width: 640 } }, ...encode.map((options) => ({ encode: options }))],
});
const written = [
  {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: [
      variant('avif', { format: 'avif' }),
      variant('webp', { format: 'webp' }),
      variant('jpeg', { format: 'jpeg' }),
      variant('jpeg-too', { format: 'jpeg' }),
      variant('as-uploaded'),
      { ...variant('wide', { format: 'png' }), when: { hasAlpha: true } },
    ],
  },
  { name: 'scans', variants: [variant('one', { format: 'png' })] },
];
const recipes = recipesSchema.parse(written);

test.each([
  [{ variants: ['avif', 'none'] }, /delivery\.variants\[1\]: no recipe has a variant "none"/],
  [
    { variants: ['avif'], choices: { photos: { w: ['avif', 'jpeg'] } } },
    /delivery\.variants: `delivery\.choices` offers "jpeg": add it/,
  ],
])('%j is an invalid selection', (delivery, problem) => {
  expect(() => parseSettings({ recipes: written, delivery }, 'test')).toThrow(problem);
});

test('a name stands for files, in order of preference', () => {
  expect(deliveryChoices(recipes, { photos: { w640: ['avif', 'webp', 'jpeg'] } })).toEqual({
    photos: {
      w640: [
        { contentType: 'image/avif', file: 'avif.avif' },
        { contentType: 'image/webp', file: 'webp.webp' },
        { contentType: 'image/jpeg', file: 'jpeg.jpg' },
      ],
    },
    scans: {},
  });
});

test.each([
  [{ photos: { w640: ['avif', 'jpeg'] } }, []],
  [{ pictures: { w640: ['avif', 'jpeg'] } }, [['pictures'], /no recipe.*there are: photos, scans/]],
  [{ photos: { w640: ['heic', 'jpeg'] } }, [['photos', 'w640', 0], /no variant "heic".*avif/]],
  [{ photos: { w640: ['as-uploaded', 'jpeg'] } }, [['photos', 'w640', 0], /needs an `encode`/]],
  [{ photos: { w640: ['jpeg', 'jpeg-too'] } }, [['photos', 'w640', 1], /second one in jpeg/]],
  [{ photos: { w640: ['jpeg', 'webp'] } }, [['photos', 'w640', 1], /last.*jpeg, png, gif, not/]],
  [{ photos: { w640: ['avif', 'wide'] } }, [['photos', 'w640', 1], /another condition/]],
])('%j', (choices, [path, message]) => {
  const problems = choiceProblems(recipes, choices);
  if (!message) expect(problems).toEqual([]);
  else expect(problems).toEqual([{ path, message: expect.stringMatching(message as RegExp) }]);
});

test('a stack file is told where it is wrong', () => {
  const settings = { recipes: written, delivery: { choices: { photos: { w: ['jpeg', 'avif'] } } } };
  expect(() => parseSettings(settings, 'Pulumi.dev.yaml')).toThrow(SettingsError);
  expect(() => parseSettings(settings, 'Pulumi.dev.yaml')).toThrow(
    /\n {2}delivery\.choices\.photos\.w\[1\]: the last one is for every client/,
  );
});

describe('variants with pages', () => {
  const scans = (...more: object[]) =>
    recipesSchema.parse([
      {
        name: 'scans',
        variants: [{ ...variant('scan', { format: 'webp' }), pages: 'all' }, ...more],
      },
    ]);
  const copy = (name: string) => ({ name, copy: true });
  const none = { choices: {}, manifests: false, outcomes: false };

  test('are delivered by the number of digits of the page', () => {
    expect(deliveredFiles(scans(copy('original')), none)).toEqual(
      ['?', '??', '???', '????', '?????'].map((page) => `scan-p${page}.webp`),
    );
    const few = recipesSchema.parse([
      { name: 'scans', variants: [{ ...variant('scan', { format: 'webp' }), pages: '2-12' }] },
    ]);
    expect(deliveredFiles(few, none)).toEqual(['scan-p?.webp', 'scan-p??.webp']);
  });

  test('are in the outcome file with all pages if they are selected', () => {
    const recipes = scans(variant('other', { format: 'webp' }));
    const make = makeOutcomeOf({ recipes, delivery: { outcomes: true, variants: ['scan'] } });
    const output = (name: string) => ({
      ...{ variant: name, key: `k/${name}.webp`, format: 'webp' as const, eTag: 'e' },
      ...{ contentType: 'image/webp', width: 1, height: 1, bytes: 1, sha256: name },
    });
    const manifest: Manifest = {
      ...{ version: 1, status: 'done', recipe: 'scans', recipeHash: 'h' },
      source: { bucket: 'b', key: 'k', versionId: null, eTag: 'e', bytes: 1 },
      outputs: ['scan-p1', 'scan-p12', 'other'].map(output),
    };
    const file = JSON.parse(new TextDecoder().decode(make?.(manifest))) as {
      variants: { name: string }[];
    };
    expect(file.variants.map(({ name }) => name)).toEqual(['scan-p1', 'scan-p12']);
  });

  test.each([
    [copy('orig'), true],
    [copy('scan-print'), true],
    [copy('original'), false],
    [copy('scan-printed'), false],
  ])('a private file that a pattern stands for is refused: %j', (private_, isRefused) => {
    const problems = selectionProblems(scans(private_), none);
    expect(problems.map(({ message }) => message).join()).toMatch(
      isRefused ? /is not delivered, and could be taken for a page of "scan"/ : /^$/,
    );
  });

  test('cannot be chosen by a URL', () => {
    const problems = choiceProblems(scans(), { scans: { page: ['scan', 'scan'] } });
    expect(problems[0]?.message).toContain('has pages');
  });
});
