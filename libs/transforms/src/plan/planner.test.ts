import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { BoundTransform, Shape } from '../bound-transform.ts';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { DecodedStructure } from '../cost/structure.ts';
import { defineTransform } from '../define-transform.ts';
import type { SourceFacts } from '../image-engine.ts';
import { ImageError } from '../image-error.ts';
import { describePlan } from './describe.ts';
import { makePlan, type PlanInput } from './make-plan.ts';
import { skippedVariant } from './planner.ts';
import type { FileStage, RenderPlan } from './render-plan.ts';
import { sharedScale } from './step-tree.ts';

const options = z.strictObject({}).meta({ description: 'For the test.', examples: [{}] });
const own = defineTransform({ name: 'own', version: 1, options, apply: (image) => image });
const failing = defineTransform({
  ...{ name: 'failing', version: 1, options, apply: (image) => image },
  after(): Shape {
    throw new Error('a bug of the plugin');
  },
});
/** Uses two operations of sharp that cannot be in one pipeline. */
const impossible = defineTransform({
  ...{ name: 'impossible', version: 1, options, apply: (image) => image },
  slots: () => ['extractPost', 'affine'] as const,
});
const catalog = createCatalog([...builtinTransforms, own, failing, impossible]);

const photo: SourceFacts = {
  ...{ format: 'jpeg', width: 3000, height: 2000, orientation: 1, pages: 1, bytes: 1_000_000 },
  ...{ hasAlpha: false, progressive: false },
};
function plan(
  variants: Record<string, unknown[]>,
  facts: Partial<SourceFacts> = {},
  more: Partial<PlanInput> = {},
): RenderPlan {
  return makePlan({
    recipe: 'photos',
    facts: { ...photo, ...facts },
    variants: Object.entries(variants).map(([name, steps]) => ({
      name,
      steps: catalog.stepsSchema.parse(steps),
    })),
    bind: (step) => catalog.bind(step),
    placeholder: false,
    ...more,
  });
}
/** One line a stage. */
const linesOf = ({ stages }: RenderPlan) =>
  stages.map((stage) => {
    const work = stage.operations.map(({ transform }) => transform).join(' ') || 'nothing';
    const { width, height } = stage.shape;
    const end =
      stage.kind === 'file' ? stage.variant : stage.kind === 'pixels' ? stage.barrier : stage.kind;
    return `${stage.id} from ${stage.input}: ${work} to ${width}×${height}, ${end}`;
  });
const fileOf = ({ stages }: RenderPlan, variant = 'one') =>
  stages.find((stage): stage is FileStage => stage.kind === 'file' && stage.variant === variant);

const resize = (width: number, more: object = {}) => ({ resize: { width, ...more } });
const upright = { rotate: 'auto' };

test('a plan without problems skips nothing and waits for nothing', () => {
  expect(plan({ one: [resize(300)] })).toMatchObject({ skipped: [], unmeasured: [] });
  expect(plan({ one: [resize(300)] })).not.toHaveProperty('drawn');
});

describe('a file says', () => {
  test.each<[fit: string | undefined, steps: unknown[]]>([
    ['cover', [resize(300, { height: 200 })]],
    ['inside', [resize(300, { height: 200, fit: 'inside' }), { encode: 'webp' }]],
    ['fill', [resize(300, { height: 200 }), resize(30, { height: 20, fit: 'fill' })]],
    // It has no effect on one side.
    [undefined, [resize(300)]],
    [undefined, [{ resize: { height: 300 } }]],
    [undefined, ['flip']],
  ])('the fit %s of its last resize: %j', (fit, steps) => {
    expect(fileOf(plan({ one: steps }))?.fit).toBe(fit);
  });

  test('its pixels per inch, if the recipe keeps them', () => {
    const keep = { metadata: { keep: ['resolution'] } };
    const scan = { resolution: { x: 300, y: 300 } };
    const densityOf = (steps: unknown[], facts: Partial<SourceFacts> = scan) =>
      fileOf(plan({ one: steps }, facts))?.density;
    expect(densityOf([keep, resize(1500)])).toBe(150);
    expect(densityOf([resize(1500)])).toBeUndefined();
    expect(densityOf([keep, resize(1500)], {})).toBeUndefined();
    const moving = { ...scan, format: 'gif', pages: 3 } as const;
    expect(densityOf([keep, { encode: 'webp' }], moving)).toBeUndefined();
    expect(fileOf(plan({ one: [keep] }, {}))).not.toHaveProperty('density');
  });
});

describe('the placeholder', () => {
  const placeholderOf = (...given: Parameters<typeof plan>) => {
    const [variants, facts, more] = given;
    const made = plan(variants, facts, { placeholder: true, ...more });
    return made.stages.find(({ kind }) => kind === 'placeholder');
  };
  const workOf = (...given: Parameters<typeof plan>) =>
    placeholderOf(...given)?.operations.map(({ transform }) => transform);

  test('is 32 pixels long', () => {
    expect(placeholderOf({})?.shape).toMatchObject({ width: 32, height: 21 });
  });

  test('begins with the steps that it is given', () => {
    const placeholderSteps = catalog.stepsSchema.parse(['negate']);
    const stages = plan({}, {}, { placeholder: true, placeholderSteps }).stages;
    expect(
      stages.flatMap(({ operations }) => operations).map(({ transform }) => transform),
    ).toEqual(['negate', 'resize']);
  });

  test('has square pixels', () => {
    const fax = { format: 'tiff', resolution: { x: 204, y: 98 } };
    const [first] = plan({}, fax, { placeholder: true }).stages;
    expect(first?.operations[0]).toMatchObject({ transform: 'scale', output: { height: 4163 } });
  });

  test('does not show each pixel, even if the first variant does', () => {
    const kernelFor = (kernel: string) =>
      placeholderOf({ one: [resize(300, { kernel })] })?.operations.at(-1)?.options['kernel'];
    expect(kernelFor('nearest')).toBe('lanczos3');
    expect(kernelFor('cubic')).toBe('cubic');
  });

  test('is turned first if any variant is', () => {
    const turned = { orientation: 6, width: 2000, height: 3000 };
    const variants = { one: [upright, resize(300)], two: [resize(300)] };
    // It shares the turn of the first variant.
    expect(workOf(variants, turned)).toEqual(['resize']);
    expect(workOf({ two: [resize(300)] }, turned)).toEqual(['resize', 'rotate']);
  });

  test('shows the values that the first variant shows, by the same decode', () => {
    const stretched = [{ stretch: { type: 'asinh' } }, resize(300)];
    const displaysOf = (variants: Record<string, unknown[]>) => {
      const { stages } = plan(variants, {}, { placeholder: true });
      const decodes = stages.filter(({ input }) => input === 'upload');
      return decodes.map(({ kind, mode }) => `${kind} ${mode.display?.type ?? 'plain'}`);
    };
    expect(displaysOf({ one: stretched })).toEqual(['pixels asinh']);
    expect(displaysOf({ one: [resize(300)], two: stretched })).toEqual([
      'pixels plain',
      'file asinh',
    ]);
  });
});

describe('a picture that the camera held sideways', () => {
  test('is upright in each of several formats, if one of them cannot say it', () => {
    const smallest = (...of: string[]) => [{ encode: { format: 'smallest', of } }];
    const turned = { orientation: 6 };
    const sizeOf = (steps: unknown[]) => fileOf(plan({ one: steps }, turned))?.shape;
    expect(sizeOf(smallest('jpeg', 'avif'))).toMatchObject({ width: 3000, height: 2000 });
    expect(sizeOf(smallest('jpeg', 'webp'))).toMatchObject({ width: 2000, height: 3000 });
  });
});

describe('a drawing', () => {
  const svg = { format: 'svg', width: 400, height: 300 };

  test('is drawn anew for each variant', () => {
    expect(linesOf(plan({ small: [resize(100)], large: [resize(4000)], plain: [] }, svg))).toEqual([
      '0 from upload: resize to 100×75, small',
      '1 from upload: resize to 4000×3000, large',
      '2 from upload: nothing to 400×300, plain',
    ]);
  });

  test('whose values are shown is a picture', () => {
    const shown = (width: number) => [{ stretch: { type: 'asinh' } }, resize(width)];
    expect(linesOf(plan({ small: shown(100), middle: shown(200) }, svg))[0]).toBe(
      '0 from upload: scale to 200×150, the largest size that small, middle need',
    );
  });

  test('of a decoder is drawn at the largest size that is wanted', () => {
    const structure: DecodedStructure = {
      ...{ format: 'decoded', bytes: 1000, width: 400, height: 300, channels: 3, depth: 8 },
      ...{ reading: { cpuSeconds: 0.1, memory: 10 }, scales: true },
    };
    const pdf = { ...svg, format: 'pdf', structure };
    const made = plan({ small: [resize(100)], large: [resize(800)] }, pdf);
    expect(made.drawn).toEqual({ width: 800, height: 600 });
    expect(linesOf(made)[0]).toContain('0 from upload: nothing to 800×600');
    expect(describePlan(made, { ...photo, ...pdf })).toMatch(
      /^pdf, 400×300, orientation 1, 1000000 bytes, drawn at 800×600\n/,
    );
  });
});

describe('pixels that are not 8-bit RGB', () => {
  const deep = (profile: 'none' | 'other') =>
    ({ format: 'png', coding: { depth: 16, space: 'rgb', profile } }) as const;

  test('are made so before other steps', () => {
    expect(linesOf(plan({ one: [{ tint: 'red' }] }, deep('none')))).toEqual([
      '0 from upload: nothing to 3000×2000, tint works on 8-bit RGB, and here are 16-bit ones',
      '1 from 0: tint to 3000×2000, one',
    ]);
  });

  test('and have a profile are converted before any step', () => {
    expect(linesOf(plan({ one: ['flip'] }, deep('other')))).toEqual([
      '0 from upload: nothing to 3000×2000, sharp converts the colours of 16-bit pixels at the end of a pipeline',
      '1 from 0: flip to 3000×2000, one',
    ]);
    // Writing the file is no step.
    expect(linesOf(plan({ one: [{ encode: 'webp' }] }, deep('other')))).toEqual([
      '0 from upload: nothing to 3000×2000, one',
    ]);
  });
});

describe('a step of unknown operations', () => {
  test('ends in pixels, which are checked', () => {
    expect(linesOf(plan({ one: ['own', { encode: 'webp' }] }))).toEqual([
      '0 from upload: own to 3000×2000, own has a pipeline of its own',
      '1 from 0: nothing to 3000×2000, one',
    ]);
    expect(linesOf(plan({ one: ['flip', { encode: 'webp' }] }))).toHaveLength(1);
  });

  test('of two operations that exclude each other is an error of the plugin', () => {
    expect(() => plan({ one: ['impossible'] })).toThrow(/^a new pipeline refuses a step: sharp /);
  });
});

describe('a scaling', () => {
  test('has the largest size of the variants, and may reduce on load if all may', () => {
    const scaleOf = (...fast: boolean[]) => {
      const steps = fast.map((fastShrinkOnLoad, index) => [
        resize(300 * (index + 1), { fastShrinkOnLoad }),
      ]);
      return plan(Object.fromEntries(steps.map((one, index) => [`v${index}`, one]))).stages[0]
        ?.operations[0];
    };
    const to = { width: 600, height: 400, kernel: 'lanczos3' };
    expect(scaleOf(true, true)).toMatchObject({
      transform: 'scale',
      options: { ...to, fastShrinkOnLoad: true },
    });
    for (const fast of [
      [true, false],
      [false, true],
      [false, false],
    ])
      expect(scaleOf(...fast)?.options).toEqual({ ...to, fastShrinkOnLoad: false });
  });

  test('is left out if the pixels have its size', () => {
    const variants = { one: [resize(3000)], two: [{ resize: { height: 2000 } }] };
    expect(linesOf(plan(variants))[0]).toBe(
      '0 from upload: nothing to 3000×2000, shared by one, two',
    );
    const narrow = (height: number) => [resize(3000, { height, fit: 'fill' })];
    expect(linesOf(plan({ one: narrow(1000), two: narrow(900) }))[0]).toBe(
      '0 from upload: scale to 3000×1000, the largest size that one, two need',
    );
    const high = (width: number) => [resize(width, { height: 2000, fit: 'fill' })];
    expect(linesOf(plan({ one: high(1000), two: high(900) }))[0]).toBe(
      '0 from upload: scale to 1000×2000, the largest size that one, two need',
    );
  });

  test('before a step that works on sRGB only reduces, and only colours of a profile', () => {
    const contain = (width: number, height: number) => [resize(width, { height, fit: 'contain' })];
    const wide = { format: 'png', coding: { depth: 8, space: 'rgb', profile: 'other' } } as const;
    const workOf = (steps: unknown[], facts: Partial<SourceFacts>) =>
      plan({ one: steps }, facts).stages.map(({ operations }) =>
        operations.map(({ transform }) => transform).join(' '),
      );
    expect(workOf(contain(300, 300), wide)).toEqual(['scale', 'resize']);
    expect(workOf(contain(300, 300), { format: 'png' })).toEqual(['resize']);
    expect(workOf(contain(6000, 6000), wide)).toEqual(['resize']);
  });

  test('is not shared with a step that cannot say its size', () => {
    const branch = (scale: () => unknown) => ({
      step: { bound: { scale } as unknown as BoundTransform } as never,
      tree: { variants: ['v'], ends: ['v'], branches: new Map() },
    });
    const size = { width: 10, height: 10, kernel: 'lanczos3', fastShrinkOnLoad: true };
    const fail = () => {
      throw new Error('unknown');
    };
    const branches = new Map([
      ['a', branch(() => size)],
      ['b', branch(fail)],
      ['c', branch(() => size)],
    ]);
    const shape = { width: 100, height: 100, orientation: 1, hasAlpha: false };
    const shared = sharedScale(branches, { shape, actual: shape });
    expect([...(shared?.keys ?? [])]).toEqual(['a', 'c']);
  });
});

test('a variant that needs no more steps shares the pixels of the others', () => {
  expect(linesOf(plan({ one: [{ encode: 'webp' }], two: ['negate'], three: ['flip'] }))[0]).toBe(
    '0 from upload: nothing to 3000×2000, shared by one, two, three',
  );
});

describe('a trim', () => {
  const steps = [{ trim: {} }, resize(300), { encode: 'webp' }];
  const png = { format: 'png' };

  test('has to be measured, and the plan goes on with the size that it leaves', () => {
    const begun = plan({ one: steps }, png);
    expect(linesOf(begun)).toEqual([
      '0 from upload: trim to 3000×2000, what trim leaves has to be measured',
    ]);
    expect(begun.unmeasured).toMatchObject([{ stage: 0, variants: ['one'] }]);
    expect(describePlan(begun, { ...photo, ...png })).toMatch(
      /\nthen, when the size of stage 0 is known: the rest of one$/,
    );
    const complete = begun.unmeasured[0]?.complete({ width: 600, height: 600 });
    expect(complete?.unmeasured).toEqual([]);
    expect(complete && linesOf(complete)[1]).toBe('1 from 0: resize to 300×300, one');
  });

  test('of a picture that is as small as the next step wants it leaves nothing to do', () => {
    const complete = plan({ one: steps }, png).unmeasured[0]?.complete({ width: 300, height: 100 });
    expect(complete && linesOf(complete)[1]).toBe('1 from 0: nothing to 300×100, one');
  });
});

describe('a step that cannot be made', () => {
  const outside = { crop: { left: 0, top: 0, width: 9000, height: 10 } };

  test('skips its variants, each with a message of its own', () => {
    const { skipped } = plan({
      one: ['flip', outside],
      two: ['flip', outside, 'negate'],
      three: ['flip'],
    });
    expect(skipped.map(({ variant }) => variant)).toEqual(['one', 'two']);
    for (const { kind, variant, message } of skipped) {
      expect(kind).toBe('skipped');
      expect(message).toMatch(new RegExp(`^recipe photos, variant ${variant}, step 1 .*crop`));
    }
  });

  test('because of a bug fails the upload, and names the variants', () => {
    expect(() => plan({ one: ['failing'], two: ['failing', 'flip'] })).toThrow(
      expect.objectContaining({
        code: 'TRANSFORM_FAILED',
        message: expect.stringMatching(/variant one, two.*a bug of the plugin/),
      }),
    );
  });

  test('is skipped only for reasons that the upload has', () => {
    const tooLarge = new ImageError('TOO_LARGE', 'too tall');
    expect(skippedVariant('one', tooLarge)).toEqual({
      ...{ kind: 'skipped', variant: 'one', code: 'TOO_LARGE', message: 'too tall' },
    });
    const failed = new ImageError('TRANSFORM_FAILED', 'a bug');
    expect(() => skippedVariant('one', failed)).toThrow(failed);
  });
});

test('a plan is printed with colours, frames and formats', () => {
  const headOf = (steps: unknown[], facts: Partial<SourceFacts> = {}) =>
    describePlan(plan({ one: steps }, facts), { ...photo, ...facts })
      .split('\n')
      .slice(1);
  const wide = { coding: { depth: 8, space: 'rgb', profile: 'other' } } as const;
  expect(headOf([{ colourspace: 'keep' }, { encode: 'webp' }], wide)).toEqual([
    'stage 0: decode the upload, colours as they are, 8 bits',
    '  step 2 of one: rotate, to 3000×2000',
    '  = one: webp, 3000×2000',
  ]);
  expect(
    headOf([resize(300), { encode: { format: 'smallest', of: ['webp', 'jpeg'] } }], wide),
  ).toEqual([
    'stage 0: decode the upload, colours as they are, 8 bits',
    '  step 0 of one: resize, to 300×200',
    '  convert to sRGB',
    '  = one: the smallest of webp, jpeg, 300×200',
  ]);
  expect(headOf([{ encode: 'webp' }], { format: 'gif', pages: 3 })[0]).toBe(
    'stage 0: decode all frames, sRGB, 8 bits',
  );
  expect(headOf([{ stretch: { type: 'asinh' } }, { encode: 'webp' }])[0]).toBe(
    'stage 0: decode the upload, sRGB, 8 bits, asinh of its values',
  );
});
