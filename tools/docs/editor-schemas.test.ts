import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { catalog, recipeSchema } from '@darkroom/pipeline';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { RECIPE_SCHEMA, recipeJsonSchema, stackJsonSchema } from './editor-schemas.ts';
import { shortStep } from './steps-yaml.ts';
import { transformEntries } from './transform-entry.ts';

const CHECKOUT = path.join(import.meta.dirname, '../..');

// Formats, such as an address, are a help to editors that know them.
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, validateFormats: false });
ajv.addSchema(recipeJsonSchema(), RECIPE_SCHEMA);
const checkRecipe = ajv.getSchema(RECIPE_SCHEMA);
const checkStack = ajv.compile(stackJsonSchema());

function isRecipe(recipe: unknown): boolean {
  return checkRecipe?.(recipe) === true;
}

function withStep(step: unknown) {
  // Only code can say that `montage` joins several pictures.
  const isJoin = JSON.stringify(step).includes('"montage"');
  const variant = { name: 'one', steps: [step], ...(isJoin && { pages: 'all' }) };
  return { name: 'photos', variants: [variant] };
}

const stackFiles = readdirSync(CHECKOUT).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

test.each(stackFiles)('%s is a stack file', (file) => {
  const valid = checkStack(parse(readFileSync(path.join(CHECKOUT, file), 'utf8')));
  expect(checkStack.errors).toBeNull();
  expect(valid).toBe(true);
});

describe('a step that an editor accepts is one that Darkroom accepts, and the other way round', () => {
  const examples = transformEntries(catalog).flatMap(({ transform, examples }) =>
    examples.flatMap((options) => [
      { [transform.name]: options },
      shortStep(transform.name, options, transform.scalar),
    ]),
  );
  const bare = catalog.names.flatMap((name) => [name, { [name]: {} }, { [name]: null }]);
  const others = [
    { rotate: 90 },
    { rotate: 'sideways' },
    { blur: 2 },
    { blur: 'much' },
    { blur: -1 },
    { resize: { width: 320 } },
    { resize: { width: 0 } },
    { resize: { width: 1.5 } },
    { resize: { width: 320, widht: 3 } },
    { resize: 320 },
    { reszie: { width: 320 } },
    { flip: {}, flop: {} },
    {},
    [],
    7,
    null,
    { encode: 'webp' },
    { encode: 'bmp' },
    { encode: 'smallest' },
    { encode: { format: 'smallest', of: ['webp', { format: 'jpeg', quality: { ssim: 0.98 } }] } },
    { encode: { format: 'smallest', of: ['webp', 'bmp'] } },
    { encode: { format: 'gif', maxBytes: 9 } },
    { encode: { format: 'avif', mozjpeg: true } },
    { metadata: ['icc'] },
    { metadata: { keep: ['icc', 'gps', 'Copyright'] } },
    { metadata: { keep: ['everything'] } },
    { crop: { left: '10%', top: 3, width: '50%', height: 20 } },
    { crop: { left: '110%', top: 3, width: '50%', height: 20 } },
    { tint: { r: 1, g: 2, b: 3 } },
    { tint: { r: 1, g: 2 } },
    { extend: { top: 5, background: { r: 256, g: 0, b: 0 } } },
    { pixelate: { regions: [] } },
    { pixelate: { regions: [{ left: 0, top: 0, width: 1 }] } },
  ];
  /** What only code can say: `resize` and `watermark` need one of two options, `crop` one of two groups. */
  const lenient = [
    { resize: {} },
    { crop: {} },
    'resize',
    'crop',
    { resize: null },
    { crop: null },
    'watermark',
    { watermark: {} },
    { watermark: null },
  ];

  test.each([...examples, ...bare, ...others].map((step) => [step]))('%j', (step) => {
    const isLenient = lenient.some((one) => JSON.stringify(one) === JSON.stringify(step));
    const isAccepted = recipeSchema.safeParse(withStep(step)).success;
    expect(isRecipe(withStep(step))).toBe(isAccepted || isLenient);
  });
});

describe('a variant that an editor accepts is one that Darkroom accepts, and the other way round', () => {
  test.each([
    [{ steps: [] }],
    [{ copy: true }],
    [{ copy: false }],
    [{ copy: true, steps: [] }],
    [{}],
    [{ steps: ['resize'], widths: [320, 640] }],
    [{ steps: [], widths: [] }],
    [{ steps: [], widths: [0] }],
    [{ steps: [], encode: ['webp', { format: 'jpeg', quality: 82 }] }],
    [{ steps: [], encode: [] }],
    [{ steps: [], encode: ['bmp'] }],
    [{ steps: [], encode: 'webp' }],
    [{ steps: [], animated: 'first' }],
    [{ steps: [], animated: false }],
    [{ steps: [], when: { pixels: { max: 4 }, format: ['gif'], animated: true } }],
    [{ steps: [], when: { pixels: 4 } }],
    [{ steps: [], when: { bytes: { max: 4 } } }],
    [{ steps: [{ watermark: 's3:logo.png' }] }],
    [{ steps: [{ watermark: '../logo.png' }] }],
  ])('%j', (variant) => {
    const recipe = { name: 'photos', variants: [{ name: 'one', ...variant }] };
    expect(isRecipe(recipe)).toBe(recipeSchema.safeParse(recipe).success);
  });

  test.each([[false], [true], [{}], [{ blurhash: true }], [{ blur: true }]])(
    'placeholder: %j',
    (placeholder) => {
      const recipe = { name: 'photos', placeholder, variants: [{ name: 'one', steps: [] }] };
      expect(isRecipe(recipe)).toBe(recipeSchema.safeParse(recipe).success);
    },
  );
});

test.each<[unknown, string]>([
  [{ name: 'photos' }, 'no variants'],
  [{ ...withStep('flip'), name: 'Photos' }, 'a name with a capital'],
  [{ ...withStep('flip'), macth: {} }, 'an unknown member'],
  [{ ...withStep('flip'), formats: ['bmp'] }, 'an unknown format'],
])('%j is refused: %s', (recipe, _) => {
  expect(isRecipe(recipe)).toBe(false);
  expect(recipeSchema.safeParse(recipe).success).toBe(false);
});

test('an error stands where the mistake is', () => {
  isRecipe(withStep({ resize: { width: 320, widht: 3 } }));
  const places = checkRecipe?.errors?.map(({ instancePath }) => instancePath);
  expect(places).toContain('/variants/0/steps/0/resize');
});
