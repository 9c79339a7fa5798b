import { expect, test } from 'vitest';
import { choiceProblems, deliveryChoices } from './delivery.ts';
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
