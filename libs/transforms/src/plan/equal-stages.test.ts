import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { equalFiles } from './equal-files.ts';
import { makePlan } from './make-plan.ts';
import type { FileStage } from './render-plan.ts';

const catalog = createCatalog(builtinTransforms);

/** The groups of equal files of a picture of 100×80 pixels: the first, then the others. */
function groupsOf(
  variants: Record<string, unknown[]>,
  wanted: (file: FileStage) => boolean = ({ variant }) => variant.length > 0,
): string[] {
  const { stages } = makePlan({
    recipe: 'photos',
    facts: {
      ...{ format: 'png', width: 100, height: 80, orientation: 1, pages: 1, bytes: 1000 },
      ...{ hasAlpha: false, progressive: false },
    },
    variants: Object.entries(variants).map(([name, steps]) => ({
      name,
      steps: catalog.stepsSchema.parse(steps),
    })),
    bind: (step) => catalog.bind(step),
  });
  return [...equalFiles(stages, wanted)].map(([first, others]) =>
    [first, ...others].map((stage) => (stage as FileStage).variant).join(' = '),
  );
}

const upTo = (width: number, format = 'webp') => [
  { resize: { width, withoutEnlargement: true } },
  { encode: format },
];

test('sizes that the upload does not reach are the same file', () => {
  expect(groupsOf({ small: upTo(50), w200: upTo(200), w400: upTo(400), w800: upTo(800) })).toEqual([
    'w200 = w400 = w800',
  ]);
});

test.each<[what: string, one: unknown[], other: unknown[]]>([
  ['size', upTo(50), upTo(60)],
  ['format', upTo(50), upTo(50, 'jpeg')],
  ['quality', [{ encode: { format: 'webp', quality: 50 } }], [{ encode: 'webp' }]],
  ['step', ['flip', { encode: 'webp' }], ['flop', { encode: 'webp' }]],
  ['option of a step', [{ blur: 2 }, { encode: 'webp' }], [{ blur: 3 }, { encode: 'webp' }]],
])('files with another %s differ', (_what, one, other) => {
  expect(groupsOf({ one, other })).toEqual([]);
});

test('the place of the encode step among the settings does not matter', () => {
  const [resize, encode] = upTo(50);
  const metadata = { metadata: { keep: ['copyright'] } };
  const [one, other] = [
    [resize, metadata, encode],
    [resize, encode, metadata],
  ];
  expect(groupsOf({ one, other })).toEqual(['one = other']);
});

test('files from equal pixels are equal, through any number of stages', () => {
  const long = (width: number, last: string) => [
    ...[{ resize: { width, withoutEnlargement: true } }, { blur: 2 }, { resize: { width: 20 } }],
    ...[{ sharpen: 2 }, { resize: { width: 10 } }, { encode: last }],
  ];
  expect(groupsOf({ one: long(200, 'webp'), other: long(400, 'webp') })).toEqual(['one = other']);
  expect(groupsOf({ one: long(200, 'webp'), other: long(400, 'jpeg') })).toEqual([]);
  expect(groupsOf({ one: long(200, 'webp'), other: long(50, 'webp') })).toEqual([]);
});

test('only wanted files count', () => {
  const variants = { w200: upTo(200), w400: upTo(400), w800: upTo(800) };
  expect(groupsOf(variants, ({ variant }) => variant !== 'w200')).toEqual(['w400 = w800']);
  expect(groupsOf(variants, ({ variant }) => variant === 'w200')).toEqual([]);
});
