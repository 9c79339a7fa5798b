import { describe, expect, test } from 'vitest';
import { check } from './problems.ts';
import { recipeSchema, type RecipeInput } from './recipe.ts';

type VariantInput = RecipeInput['variants'][number];

const parse = (variants: VariantInput[], rest: Partial<RecipeInput> = {}) =>
  recipeSchema.parse({ name: 'photos', ...rest, variants });

/** Each variant's name, and its steps as a recipe would write them, options that are not defaults alone. */
function shapes(...variants: VariantInput[]) {
  return parse(variants).variants.map(({ name, steps }) => [
    name,
    ...steps.map(({ transform, options }) =>
      transform === 'resize'
        ? `resize ${String(options['width'])}${options['withoutEnlargement'] ? '' : ', may enlarge'}`
        : transform === 'encode'
          ? `encode ${String(options['format'])}`
          : transform,
    ),
  ]);
}

/** Without the names at the end of each (`problems.test.ts`). */
function problems(recipe: unknown): string[] {
  const checked = check(recipeSchema, recipe);
  const lines = checked.ok ? [] : checked.problems.split('\n');
  return lines.map((line) => line.trim().replace(/ \((recipe|variant) .*\)$/, ''));
}

const problemsOf = (...variants: unknown[]) => problems({ name: 'photos', variants });

describe('widths', () => {
  test('are one variant each, never enlarged, reduced as the last step before encode', () => {
    const steps = ['rotate', 'sharpen', { encode: 'webp' }] as const;
    expect(shapes({ name: 'web', widths: [320, 640], steps: [...steps] })).toEqual([
      ['web-320', 'rotate', 'sharpen', 'resize 320', 'encode webp'],
      ['web-640', 'rotate', 'sharpen', 'resize 640', 'encode webp'],
    ]);
  });

  test('go into the resize where the steps have one', () => {
    const web: VariantInput = { name: 'web', widths: [320], steps: ['rotate', 'resize', 'flop'] };
    expect(shapes(web)).toEqual([['web-320', 'rotate', 'resize 320', 'flop']]);
  });

  test('leave the other options of the resize as they are', () => {
    const resize = { kernel: 'mitchell', withoutEnlargement: false } as const;
    const { variants } = parse([{ name: 'web', widths: [320, 640], steps: [{ resize }] }]);
    for (const [index, width] of [320, 640].entries())
      expect(variants[index]?.steps).toEqual([
        { transform: 'resize', options: expect.objectContaining({ ...resize, width }) },
      ]);
  });

  test('are what writing them out would be', () => {
    const short: VariantInput = {
      name: 'w{width}',
      widths: [320, 1280],
      encode: [{ format: 'webp', quality: 80 }, 'jpeg'],
      steps: ['rotate'],
    };
    const long = [320, 1280].flatMap((width): VariantInput[] => {
      const steps: VariantInput['steps'] = [
        'rotate',
        { resize: { width, withoutEnlargement: true } },
      ];
      return [
        { name: `w${width}-webp`, steps: [...steps, { encode: { format: 'webp', quality: 80 } }] },
        { name: `w${width}-jpeg`, steps: [...steps, { encode: 'jpeg' }] },
      ];
    });
    expect(parse([short])).toEqual(parse(long));
  });
});

describe('names', () => {
  test.each([
    [{ name: 'web', widths: [320] }, ['web-320']],
    [{ name: 'w{width}', widths: [320, 640] }, ['w320', 'w640']],
    [{ name: '{width}-{width}', widths: [2] }, ['2-2']],
    [{ name: 'web', encode: ['webp', { format: 'jpeg' }] }, ['web-webp', 'web-jpeg']],
    [{ name: 'web', widths: [1, 2], encode: ['png'] }, ['web-1-png', 'web-2-png']],
  ] as const)('%j: %j', (variant, names) => {
    const { variants } = parse([{ steps: [], ...variant } as unknown as VariantInput]);
    expect(variants.map(({ name }) => name)).toEqual(names);
  });

  test.each([
    [
      { name: 'w{width}', steps: [] },
      '{width} stands for each of the widths, and the variant has none, got "w{width}"',
    ],
    [
      { name: 'a'.repeat(64), widths: [320], steps: [] },
      `a name is 1 to 64 lower-case letters, digits and inner hyphens, and this leads to "${'a'.repeat(64)}-320"`,
    ],
    [
      { name: 'w{height}', widths: [320], steps: [] },
      'a name is 1 to 64 lower-case letters, digits and inner hyphens, got "w{height}"',
    ],
  ])('%j is no name', (variant, why) => {
    expect(problemsOf(variant)).toEqual([`variants[0].name: ${why}`]);
  });

  test('of formats differ, and a wrong one is told once', () => {
    const encode = ['webp', { format: 'webp', quality: 40 }];
    expect(problemsOf({ name: 'web', steps: [], encode })).toEqual([
      'variants[0].encode[1]: webp is in the list already: names of pictures must differ',
    ]);
    expect(problemsOf({ name: 'web', steps: [], encode: ['bmp', 'bnp'] })).toEqual([
      expect.stringMatching(/^variants\[0\]\.encode\[0\]: .*"bmp"$/),
      expect.stringMatching(/^variants\[0\]\.encode\[1\]: .*"bnp"$/),
    ]);
  });

  test('that come of widths must differ from all others', () => {
    const web = { name: 'web', widths: [320, 640, 320], steps: [] };
    expect(problemsOf(web, { name: 'web-640', steps: [] })).toEqual([
      'variants[0].widths[2]: 320 is in the list already: names of pictures must differ',
      'variants[1].name: "web-640" is already taken: names must differ',
    ]);
  });
});

describe('a mistake is told with its path', () => {
  test.each([
    [
      { widths: [320], steps: [{ resize: { width: 100, fit: 'cover' } }] },
      'variants[0].steps[0].resize: takes its width from the variant’s widths: leave width and height out',
    ],
    [
      { widths: [320], steps: ['resize', 'flop', 'resize'] },
      'variants[0].steps[2].resize: with widths, a variant has one resize',
    ],
    [
      { widths: [0], steps: [] },
      expect.stringMatching(/^variants\[0\]\.widths\[0\]: .*>=1, got 0$/),
    ],
    [{ widths: [], steps: [] }, expect.stringMatching(/^variants\[0\]\.widths: .*>=1 items$/)],
    [{ steps: ['resize'] }, 'variants[0].steps[0].resize: needs a width, a height or both'],
    [
      { widths: [320], steps: [{ resize: null, width: 100, fit: 'cover' }] },
      'variants[0].steps[0]: width, fit stand beside resize, not in it: indent further',
    ],
    [
      { widths: [320], steps: [{ resize: {}, flop: {} }] },
      expect.stringMatching(/^variants\[0\]\.steps\[0\]: .*got 2 keys \(resize, flop\)/),
    ],
    [
      { steps: [{ resize: { fit: 'cover' } }] },
      'variants[0].steps[0].resize: needs a width, a height or both',
    ],
    [
      { widths: [320], steps: [{ resize: { kernell: 'cubic' } }] },
      expect.stringMatching(/^variants\[0\]\.steps\[0\]\.resize\.kernell: unknown option/),
    ],
    [
      { encode: ['webp'], steps: ['flop', { encode: 'jpeg' }] },
      'variants[0].steps[1].encode: the variant’s own encode list says how files are written',
    ],
    [
      { encode: ['webp', { format: 'jpeg', qality: 3 }], steps: [] },
      expect.stringMatching(
        /^variants\[0\]\.encode\[1\]\.qality: unknown option "qality"; allowed: /,
      ),
    ],
    [
      { copy: true, steps: [], widths: [3] },
      'variants[0].steps: a copy has the upload’s bytes: steps cannot change them',
    ],
    [{ steps: [{ watermark: '../logo.png' }] }, /^variants\[0\]\.steps\[0\]\.watermark.*logo\.png/],
  ])('%j', (variant, why) => {
    const [first] = problemsOf({ name: 'web', ...variant });
    expect(first).toEqual(why instanceof RegExp ? expect.stringMatching(why) : why);
  });
});

describe('copies', () => {
  test('have no steps', () => {
    expect(parse([{ name: 'original', copy: true }]).variants).toEqual([
      { name: 'original', steps: [], copy: true },
    ]);
  });

  test('of an SVG are refused: outputs never carry script', () => {
    const formats = ['png', 'svg'];
    const copy = { name: 'original', copy: true };
    expect(problems({ name: 'photos', formats, variants: [copy] })).toEqual([
      expect.stringMatching(/^variants\[0\]\.copy: a copy of an SVG could carry scripts/),
    ]);
    const others = { ...copy, when: { format: ['png'] } };
    expect(problems({ name: 'photos', formats, variants: [others] })).toEqual([]);
  });
});

test('copies of a decoder’s format are refused: outputs cannot have it', () => {
  const formats = ['png', 'heic'];
  const copy = { name: 'original', copy: true };
  expect(problems({ name: 'photos', formats, variants: [copy] })).toEqual([
    expect.stringMatching(
      /^variants\[0\]\.copy: outputs cannot be heic files: give it a `when` with the other formats/,
    ),
  ]);
  const others = { ...copy, when: { format: ['png'] } };
  expect(problems({ name: 'photos', formats, variants: [others] })).toEqual([]);
});

describe('animated', () => {
  const animatedOf = (recipe: Partial<RecipeInput>, variant: Partial<VariantInput>) =>
    parse([{ name: 'web', steps: [], ...variant }], recipe).variants[0]?.animated;
  test.each([
    [{}, {}, undefined],
    [{ animated: 'first' }, {}, 'first'],
    [{ animated: 'first' }, { animated: 'keep' }, undefined],
    [{}, { animated: 'first' }, 'first'],
  ] as const)('recipe %j, variant %j: %s', (recipe, variant, animated) => {
    expect(animatedOf(recipe, variant)).toBe(animated);
  });
});

describe('placeholder', () => {
  test.each([
    [undefined, { thumbhash: true, dominantColour: true, blurhash: false }],
    [{ blurhash: true }, { thumbhash: true, dominantColour: true, blurhash: true }],
    [{ thumbhash: false }, { thumbhash: false, dominantColour: true, blurhash: false }],
    [false, { thumbhash: false, dominantColour: false, blurhash: false }],
  ] as const)('%j', (placeholder, parts) => {
    const recipe = parse(
      [{ name: 'web', steps: [] }],
      placeholder === undefined ? {} : { placeholder },
    );
    expect(recipe.placeholder).toEqual(parts);
  });

  test.each([
    [
      true,
      'placeholder: expected false, or a map that may set thumbhash, dominantColour and blurhash, got true',
    ],
    [
      { blurhsh: true },
      'placeholder.blurhsh: unknown key; allowed: thumbhash, dominantColour, blurhash',
    ],
    [{ blurhash: 3 }, 'placeholder.blurhash: expected true or false, got 3'],
  ])('%j is refused', (placeholder, why) => {
    expect(problems({ name: 'photos', placeholder, variants: [{ name: 'a', steps: [] }] })).toEqual(
      [why],
    );
  });
});

test('an effort is one of three words', () => {
  expect(parse([{ name: 'web', steps: [] }]).effort).toBe('balanced');
  expect(
    problems({ name: 'photos', effort: 'best', variants: [{ name: 'a', steps: [] }] }),
  ).toEqual(['effort: Invalid option: expected one of "fast"|"balanced"|"small", got "best"']);
});

describe('position: focus', () => {
  const focus = { resize: { width: 9, height: 9, position: 'focus' } };
  const problemsOf = (steps: unknown[], choices?: string[]) =>
    recipeSchema
      .safeParse({
        name: 'photos',
        variants: [{ name: 'web', steps }],
        ...(choices && { choices }),
      })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  const own = { resize: { ...focus.resize, focus: { x: 0, y: 1 } } };

  test.each([
    [['rotate', focus], ['focus']],
    [
      ['rotate', { metadata: {} }, focus, { blur: 2 }],
      ['alt', 'focus'],
    ],
    [['rotate', own], undefined],
  ])('is accepted in %j with choices %j', (steps, choices) => {
    expect(problemsOf(steps, choices)).toEqual([]);
  });

  test.each([
    [[focus], ['focus'], 'put only `rotate: auto` before this step'],
    [['rotate', 'flip', focus], ['focus'], 'put only `rotate: auto` before this step'],
    [[{ rotate: 90 }, focus], ['focus'], 'put only `rotate: auto` before this step'],
    [['rotate', focus], ['alt'], 'focus needs `choices: [focus]` in the recipe'],
    [['rotate', focus], undefined, 'focus needs `choices: [focus]` in the recipe'],
  ])('is refused in %j with choices %j', (steps, choices, message) => {
    expect(problemsOf(steps, choices).join()).toContain(message);
  });
});
