import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { defineTransform } from '../define-transform.ts';
import { createEngine } from '../engine/create-engine.ts';
import type { SourceFacts } from '../image-engine.ts';
import { renderOne } from '../testing/render.ts';
import { makePlan } from './make-plan.ts';

/** A plugin that does not say which operations of sharp it uses. */
const own = defineTransform({
  name: 'own',
  version: 1,
  options: z.strictObject({}).meta({ description: 'For the test.', examples: [{}] }),
  apply: (image) => image,
});
const catalog = createCatalog([...builtinTransforms, own]);

const photo: SourceFacts = {
  format: 'jpeg',
  width: 3000,
  height: 2003,
  orientation: 6,
  pages: 1,
  bytes: 1_000_000,
  hasAlpha: false,
  progressive: false,
};

/** One line a stage: where from, what, what for. */
function planOf(
  variants: Record<string, unknown>,
  facts: Partial<SourceFacts> = {},
  placeholder = true,
) {
  const { stages } = makePlan({
    recipe: 'photos',
    facts: { ...photo, ...facts },
    variants: Object.entries(variants).map(([name, steps]) => ({
      name,
      steps: catalog.stepsSchema.parse(steps),
    })),
    bind: (step) => catalog.bind(step),
    placeholder,
  });
  return stages.map((stage) => {
    const work = stage.operations.map(({ transform }) => transform).join(' ') || 'nothing';
    const { width, height } = stage.shape;
    const end =
      stage.kind === 'file' ? stage.variant : stage.kind === 'pixels' ? stage.barrier : stage.kind;
    return `${stage.id} from ${stage.input}: ${work} to ${width}×${height}, ${end}`;
  });
}

const upright = { rotate: 'auto' };

describe('variants of one upload', () => {
  test('start from one decode at the largest size that any needs', () => {
    const width = (pixels: number) => [upright, { resize: { width: pixels } }, { encode: 'webp' }];
    expect(
      planOf({
        small: width(320),
        large: width(1280),
        jpeg: [...width(1280).slice(0, 2), { encode: 'jpeg' }],
      }),
    ).toEqual([
      '0 from upload: rotate scale to 1280×855, the largest size that small, large, jpeg, (placeholder) need',
      '1 from 0: resize to 320×214, small',
      '2 from 0: nothing to 1280×855, large',
      '3 from 0: nothing to 1280×855, jpeg',
      '4 from 0: resize to 32×21, placeholder',
    ]);
  });

  test('get full resolution when one needs it, and the smaller ones still share a reduction', () => {
    const lines = planOf({
      full: [upright, { encode: 'webp' }],
      small: [upright, { resize: { width: 320 } }],
      large: [upright, { resize: { width: 640 } }],
    });
    expect(lines).toEqual([
      '0 from upload: rotate to 3000×2003, shared by full, small, large, (placeholder)',
      '1 from 0: scale to 640×427, the largest size that small, large, (placeholder) need',
      '2 from 1: resize to 320×214, small',
      '3 from 1: nothing to 640×427, large',
      '4 from 1: resize to 32×21, placeholder',
      '5 from 0: nothing to 3000×2003, full',
    ]);
  });

  test('that enlarge, or show every resampling, start from full resolution', () => {
    const lines = planOf({
      icon: [upright, { resize: { width: 320, kernel: 'nearest' } }],
      huge: [upright, { resize: { width: 6000 } }],
    });
    expect(lines[0]).toMatch(/^0 from upload: rotate to 3000×2003, shared by/);
    expect(lines.slice(1)).toEqual([
      '1 from 0: resize to 320×214, icon',
      '2 from 0: resize to 6000×4006, huge',
      '3 from 0: resize to 32×21, placeholder',
    ]);
  });
});

describe('steps share a pipeline until sharp’s order differs from theirs', () => {
  test('two resizes', () => {
    const steps = [upright, { resize: { width: 600 } }, { resize: { width: 300 } }];
    const other = [upright, { resize: { width: 900 } }];
    expect(planOf({ one: steps, other })).toContain(
      '1 from 0: resize to 600×401, sharp does resize once per pipeline',
    );
  });
});

describe('colours of a profile are converted', () => {
  const coding = { depth: 8, space: 'rgb', profile: 'other' } as const;
  const png = { format: 'png', orientation: 1, coding } as const;
  const small = { resize: { width: 300 } };
  const stagesOf = (steps: unknown[], facts: Partial<SourceFacts> = png) =>
    makePlan({
      recipe: 'photos',
      facts: { ...photo, ...facts },
      variants: [{ name: 'one', steps: catalog.stepsSchema.parse(steps) }],
      bind: (step) => catalog.bind(step),
      placeholder: false,
    })
      .stages.map(({ operations, convertsLast }) => [
        ...operations.map(({ transform }) => transform),
        ...(convertsLast ? ['convert'] : []),
      ])
      .flatMap((stage) => (stage.length > 0 ? [stage.join(' ')] : []));

  test.each<[when: string, steps: unknown[], stages: string[]]>([
    ['after a resize', [small], ['resize convert']],
    [
      'after a resize, a flip and a rotation',
      [upright, small, 'flip', { rotate: 90 }],
      ['rotate resize flip rotate convert'],
    ],
    ['before a filter', [small, 'sharpen'], ['resize convert', 'sharpen']],
    ['before a plugin', [small, 'own'], ['resize convert', 'own']],
    [
      'between the scaling of a step and its border',
      [{ resize: { width: 300, height: 300, fit: 'contain' } }],
      ['scale convert', 'resize'],
    ],
    [
      'by the decoder before a filter of the whole picture',
      ['sharpen', small],
      ['sharpen', 'resize'],
    ],
    ['by the decoder if most pixels stay', [{ resize: { width: 2400 } }], ['resize']],
  ])('%s', (_, steps, stages) => {
    expect(stagesOf(steps)).toEqual(stages);
  });

  test.each<[Partial<NonNullable<SourceFacts['coding']>>]>([
    [{ profile: 'srgb' }],
    [{ profile: 'none' }],
    [{ profileTables: true }],
    [{ space: 'grey' }],
    [{ space: 'cmyk' }],
    [{ depth: 16 }],
    [{ correctedFrom: 8 }],
  ])('by the decoder, if at all: %j', (more) => {
    expect(stagesOf([small], { ...png, coding: { ...coding, ...more } })).toEqual(['resize']);
  });

  test('not if a variant keeps them', () => {
    expect(stagesOf([{ colourspace: 'keep' }, small])).toEqual(['resize']);
  });
});

describe('a rotated photo is reduced before it is cut, because sharp cannot shrink on load otherwise', () => {
  const focus = { width: 300, height: 300, position: 'focus', focus: { x: 0.2, y: 0.5 } };

  test.each<[steps: unknown[], stages: string[]]>([
    [
      [upright, { resize: focus }],
      [
        '0 from upload: rotate scale to 449×300, the largest size that one need',
        '1 from 0: resize to 300×300, one',
      ],
    ],
    [
      [upright, { resize: { width: 300 } }, { crop: { aspectRatio: '1:1' } }],
      [
        '0 from upload: rotate resize to 300×200, sharp makes upright before an extract, and cannot shrink on load then',
        '1 from 0: crop to 200×200, one',
      ],
    ],
    [[{ resize: focus }], ['0 from upload: resize to 300×300, one']],
    [
      [upright, { resize: { width: 300, height: 300 } }],
      ['0 from upload: rotate resize to 300×300, one'],
    ],
  ])('%j', (steps, stages) => {
    expect(planOf({ one: steps }, {}, false)).toEqual(stages);
  });
});

describe('a barrier', () => {
  const png = { format: 'png', orientation: 1 } as const;
  const keep = { colourspace: 'keep' };
  const profile = { depth: 8, space: 'rgb', profile: 'other' } as const;
  const small = { resize: { width: 300 } };

  test.each<[reason: string, steps: unknown[], facts: Partial<SourceFacts>]>([
    [
      'multiplies colours by alpha around resize, which changes modulate',
      [small, { modulate: { brightness: 2 } }],
      { ...png, hasAlpha: true },
    ],
    [
      'multiplies colours by alpha around blur only when',
      [{ extend: { left: 40, background: 'transparent' } }, { blur: 3 }],
      png,
    ],
    ['sharp may lose the profile', [keep, 'flip', 'grayscale'], { ...png, coding: profile }],
    ['sharp may lose the profile', [keep, 'grayscale', 'flip'], { ...png, coding: profile }],
    ['tint works on 8-bit RGB, and here are grey ones', ['grayscale', { tint: 'red' }], png],
    ['own has a pipeline of its own', ['own', 'flip'], png],
    ['own has a pipeline of its own', ['flip', 'own'], png],
  ])('%s', (reason, steps, facts) => {
    expect(planOf({ one: steps }, facts, false).join('\n')).toContain(reason);
  });

  test.each<[string, unknown[], Partial<SourceFacts>]>([
    ['an opaque picture', [small, { modulate: { brightness: 2 } }], png],
    ['grey of a picture without a profile', [keep, 'grayscale', 'flip'], png],
    ['padding of a colour', [{ extend: { left: 40, background: 'red' } }, { blur: 3 }], png],
  ])('is not needed for %s', (_, steps, facts) => {
    expect(planOf({ one: steps }, facts, false)).toHaveLength(1);
  });
});

describe('a picture that the camera held sideways', () => {
  const sizeOf = (format: string, colourspace: string) =>
    planOf({ one: [{ colourspace }, { encode: format }] })
      .find((line) => line.endsWith(', one'))
      ?.match(/\d+×\d+/)?.[0];

  test.each([
    ['gif', 'srgb'],
    ['avif', 'srgb'],
    ['jpeg', 'keep'],
  ])('is turned upright for a file that has no orientation: %s, colours %s', (...file) => {
    expect(sizeOf(...file)).toBe('3000×2003');
  });

  test.each([
    ['jpeg', 'srgb'],
    ['png', 'srgb'],
  ])('stays as it is for a file that says its orientation: %s, colours %s', (...file) => {
    expect(sizeOf(...file)).toBe('2003×3000');
  });
});

test('what is clear becomes white in a JPEG, and stays clear elsewhere', async () => {
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const source = await sharp({ create: { width: 8, height: 8, channels: 4, background: clear } })
    .png()
    .toBuffer();
  const engine = createEngine({ catalog });
  const pixel = async (format: string) => {
    const { bytes } = await renderOne(engine, catalog, source, [{ encode: format }]);
    return [...(await sharp(bytes).raw().toBuffer())].slice(0, format === 'jpeg' ? 3 : 4);
  };
  expect(await pixel('jpeg')).toEqual([255, 255, 255]);
  expect((await pixel('png'))[3]).toBe(0);
});

test('variants that are skipped cost no pixels', () => {
  const outside = { crop: { left: 0, top: 0, width: 9000, height: 10 } };
  const small = [upright, { resize: { width: 320 } }, { encode: 'webp' }];
  const skipped = [upright, { resize: { width: 2000 } }, outside];
  expect(planOf({ small, skipped })).toEqual(planOf({ small }));
});

test('the placeholder is not larger than the picture', () => {
  const tiny = { width: 30, height: 20, orientation: 1 };
  const lines = planOf({ one: [upright, { encode: 'webp' }] }, tiny);
  expect(lines.filter((line) => line.endsWith('placeholder'))).toEqual([
    '1 from 0: nothing to 30×20, placeholder',
  ]);
});

describe('a reduction is not shared', () => {
  const lines = (variants: Record<string, unknown>) =>
    planOf(variants).map((line) => line.slice(2));

  test('if it enlarges one side', () => {
    const small = [upright, { resize: { width: 320 } }];
    for (const [width, height] of [
      [4000, 100],
      [100, 4000],
    ]) {
      const one = [upright, { resize: { width, height, fit: 'fill' } }];
      const made = lines({ one, small });
      expect(made[0]).toContain('from upload: rotate to 3000×2003');
      expect(made).toContain(`from 0: resize to ${width}×${height}, one`);
    }
  });

  test('if it would show the resampling', () => {
    const nearest = (width: number) => [upright, { resize: { width, kernel: 'nearest' } }];
    const made = lines({ one: nearest(320), two: nearest(640) });
    expect(made).toContain('from 0: resize to 320×214, one');
    expect(made).toContain('from 0: resize to 640×427, two');
  });

  test('with another kernel', () => {
    const cubic = [upright, { resize: { width: 640, kernel: 'cubic' } }];
    const made = lines({ cubic, lanczos: [upright, { resize: { width: 320 } }] });
    expect(made).toContain('from 0: resize to 320×214, lanczos');
    // The placeholder takes the kernel of the first variant, and starts from the same reduction.
    expect(made).toContain(
      'from 0: scale to 640×427, the largest size that cubic, (placeholder) need',
    );
    expect(made).toContain('from 1: resize to 32×21, placeholder');
  });

  test('below the larger of two shapes', () => {
    const fill = (width: number, height: number) => [
      upright,
      { resize: { width, height, fit: 'fill' } },
    ];
    expect(lines({ high: fill(100, 900), wide: fill(900, 100) })[0]).toContain('scale to 900×900');
  });
});

test('a decode for each way of reading the upload', () => {
  const facts = { format: 'gif', pages: 3, orientation: 1, hasAlpha: true } as const;
  const lines = planOf({ moving: [{ resize: { width: 300 } }], still: [{ encode: 'png' }] }, facts);
  expect(lines[0]).toBe('0 from upload: nothing to 3000×2003, frames are worked on one by one');
  expect(lines.filter((line) => line.includes('from upload'))).toHaveLength(2);
});

test('settings do not become operations', () => {
  const steps = [{ metadata: ['copyright'] }, upright, { encode: 'webp' }];
  expect(planOf({ one: steps })).toContain('2 from 0: nothing to 3000×2003, one');
});

test('an unknown transform is refused', () => {
  expect(() => catalog.bind({ transform: 'blurr', options: {} })).toThrow(/unknown transform/);
});
