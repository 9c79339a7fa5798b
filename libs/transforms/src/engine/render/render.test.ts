import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { defineTransform } from '../../define-transform.ts';
import { difference } from '../../testing/compare.ts';
import { renderAll, renderOne } from '../../testing/render.ts';
import { animatedSample, sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const broken = defineTransform({
  name: 'broken',
  version: 1,
  options: z.strictObject({ how: z.enum(['throws', 'fails', 'lies']) }),
  after: (input, { how }) => (how === 'lies' ? { ...input, width: 1 } : input),
  apply(image, { how }): Sharp {
    if (how === 'throws') throw new Error('out of ink');
    return how === 'fails' ? image.extract({ left: 9_999, top: 0, width: 1, height: 1 }) : image;
  },
});

const catalog = createCatalog([...builtinTransforms, broken]);
const engine = createEngine({ catalog, concurrency: 2 });
const photo = await sample({ width: 320, height: 240, orientation: 6 });

const responsive = {
  thumb: [
    'rotate',
    { resize: { width: 80, height: 80, position: 'attention' } },
    { encode: 'webp' },
  ],
  'w200-webp': ['rotate', { resize: { width: 200 } }, { encode: 'webp' }],
  'w200-jpeg': ['rotate', { resize: { width: 200 } }, { encode: 'jpeg' }],
  'w200-avif': ['rotate', { resize: { width: 200 } }, { encode: 'avif' }],
};

test('all variants and a placeholder come of one upload, cheap ones first', async () => {
  const oneByOne = createEngine({ catalog });
  const { outputs, placeholder, order } = await renderAll(oneByOne, catalog, photo, responsive);
  expect(outputs.get('thumb')).toMatchObject({ width: 80, height: 80, fit: 'cover' });
  expect(outputs.get('w200-webp')).toMatchObject({ width: 200, height: 150 });
  expect(outputs.get('w200-webp')).not.toHaveProperty('fit');
  expect(order.at(-1)).toBe('w200-avif');
  expect(placeholder?.thumbhash).toMatch(/^[A-Za-z0-9+/]{20,}=*$/);
  expect(placeholder?.dominantColour).toMatch(/^#[0-9a-f]{6}$/);
});

test('the same upload and recipe give the same bytes', async () => {
  const [one, two] = [
    await renderAll(engine, catalog, photo, responsive),
    await renderAll(createEngine({ catalog }), catalog, photo, responsive),
  ];
  for (const [name, output] of one.outputs) expect(two.outputs.get(name)).toEqual(output);
  expect(two.placeholder).toEqual(one.placeholder);
});

describe('variants that are done already', () => {
  /** Shared pixels, pixels of one variant alone, a size that is known only by the pixels, a file without either. */
  const mixed = {
    ...responsive,
    soft: ['rotate', { resize: { width: 120 } }, { blur: 2 }, { resize: { width: 60 } }],
    trimmed: ['rotate', { trim: {} }, { resize: { width: 90 } }, { encode: 'png' }],
    large: [{ encode: 'jpeg' }],
  };
  const names = Object.keys(mixed);

  test.each([
    ...names.map((name) => [name]),
    ...names.map((name) => names.filter((other) => other !== name)),
    names,
  ])('are not made, and the others are the same bytes: %s …', async (...done) => {
    const all = await renderAll(engine, catalog, photo, mixed);
    const some = await renderAll(engine, catalog, photo, mixed, { done: new Set(done) });
    expect([...some.outputs.keys()].sort()).toEqual(
      names.filter((name) => !done.includes(name)).sort(),
    );
    for (const [name, output] of some.outputs) expect(output).toEqual(all.outputs.get(name));
    expect(some.placeholder).toEqual(all.placeholder);
  });

  test('cost neither their encoding nor the steps that are theirs alone', async () => {
    const broken = { how: 'throws' };
    const variants = {
      whole: [{ resize: { width: 50 } }],
      broken: [{ broken }, { resize: { width: 40 } }, { broken }],
    };
    await expect(renderAll(engine, catalog, photo, variants)).rejects.toThrow('out of ink');
    const done = new Set(['broken']);
    const { order } = await renderAll(engine, catalog, photo, variants, { done });
    expect(order).toEqual(['whole']);
  });
});

describe('equal files', () => {
  let runs = 0;
  const counted = defineTransform({
    name: 'counted',
    version: 1,
    options: z.strictObject({}),
    after: (input) => input,
    apply(image): Sharp {
      runs += 1;
      return image.negate({ alpha: false });
    },
  });
  const counting = createCatalog([...builtinTransforms, counted]);
  const counter = createEngine({ catalog: counting, concurrency: 2 });
  /** A responsive set of an upload that is 240 pixels wide when it is upright. */
  const set = Object.fromEntries(
    [120, 320, 640].map((width) => [
      `w${width}`,
      ['rotate', { resize: { width, withoutEnlargement: true } }, { counted: {} }],
    ]),
  );

  test('are encoded once, and each variant has its file', async () => {
    runs = 0;
    const { outputs } = await renderAll(counter, counting, photo, set);
    expect(runs).toBe(2);
    expect([...outputs.keys()].sort()).toEqual(['w120', 'w320', 'w640']);
    expect(outputs.get('w640')).toEqual({ ...outputs.get('w320'), variant: 'w640' });
    expect(outputs.get('w120')?.bytes).not.toEqual(outputs.get('w320')?.bytes);
  });

  test('keep the fit of their own variant', async () => {
    const { outputs } = await renderAll(engine, catalog, photo, {
      inside: [
        'rotate',
        { resize: { width: 999, height: 999, fit: 'inside', withoutEnlargement: true } },
      ],
      whole: ['rotate'],
    });
    const { fit, ...inside } = outputs.get('inside') ?? {};
    expect(fit).toBe('inside');
    expect(outputs.get('whole')).toEqual({ ...inside, variant: 'whole' });
  });

  test('that cannot be made are skipped one by one', async () => {
    const tiny = { encode: { format: 'jpeg', maxBytes: 1024 } };
    const noise = await sample({ width: 900, height: 900 });
    const { skipped } = await renderAll(engine, catalog, noise, { one: [tiny], two: [tiny] });
    expect(skipped.map(({ variant }) => variant).sort()).toEqual(['one', 'two']);
    for (const { variant, message } of skipped) expect(message).toContain(`variant ${variant}`);
  });

  test('are not confused with files of other settings', async () => {
    const { outputs } = await renderAll(engine, catalog, photo, {
      low: [{ encode: { format: 'jpeg', quality: 20 } }],
      high: [{ encode: { format: 'jpeg', quality: 90 } }],
      first: [{ blur: 1 }, { encode: 'png' }],
      second: [{ blur: 2 }, { encode: 'png' }],
    });
    const files = [...outputs.values()].map(({ bytes }) => Buffer.from(bytes).toString('base64'));
    expect(new Set(files)).toHaveLength(4);
  });
});

describe('an animation', () => {
  test.each(['gif', 'webp'] as const)('keeps its frames as %s', async (format) => {
    const moving = await animatedSample('gif', { width: 40, height: 30, frames: 3, delay: 80 });
    const steps = [
      { resize: { width: 20, height: 20, position: 'attention' } },
      { encode: format },
    ];
    const output = await renderOne(engine, catalog, moving, steps);
    expect(output).toMatchObject({ format, width: 20, height: 20 });
    expect(await sharp(output.bytes).metadata()).toMatchObject({
      pages: 3,
      delay: [80, 80, 80],
      loop: 0,
    });
  });

  test('turns frame by frame', async () => {
    const moving = await animatedSample('webp', { width: 40, height: 30, frames: 3 });
    const output = await renderOne(engine, catalog, moving, [{ rotate: 90 }]);
    expect(output).toMatchObject({ format: 'webp', width: 30, height: 40 });
  });

  test('gives its first frame to other formats', async () => {
    const moving = await animatedSample('gif', { width: 40, height: 30, frames: 3 });
    const output = await renderOne(engine, catalog, moving, [{ encode: 'png' }]);
    const first = await sharp(moving).png().toBuffer();
    expect((await difference(output.bytes, first)).largest).toBe(0);
  });
});

describe('bad input', () => {
  test.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'a %s that ends too early is CORRUPT_IMAGE, never half a picture',
    async (format) => {
      const whole = await sample({ width: 320, height: 240, format });
      for (const share of [0.3, 0.6, 0.95]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        const all = renderAll(engine, catalog, cut, { one: [{ resize: { width: 20 } }] });
        await expect(all).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
      }
    },
  );

  test.each<[encoding: unknown, size: { width: number; height: number }, message: string]>([
    ['webp', { width: 16_384, height: 2 }, 'webp, whose sides are at most 16383'],
    ['jpeg', { width: 2, height: 65_501 }, 'jpeg, whose sides are at most 65500'],
    [
      { format: 'tiff', compression: 'jpeg' },
      { width: 2, height: 65_501 },
      'tiff of jpegs, whose sides are at most 65500',
    ],
  ])(
    'skips a variant whose side the format does not hold, as TOO_LARGE: %j',
    async (encoding, size, message) => {
      const variants = { wide: [{ resize: { ...size, fit: 'fill' } }, { encode: encoding }] };
      const fits = { fits: [{ encode: 'webp' }] };
      const { outputs, skipped } = await renderAll(engine, catalog, photo, {
        ...variants,
        ...fits,
      });
      expect(skipped).toEqual([
        {
          kind: 'skipped',
          code: 'TOO_LARGE',
          message: `recipe photos, variant wide: ${size.width}×${size.height} pixels do not fit into ${message}`,
          variant: 'wide',
        },
      ]);
      expect([...outputs.keys()]).toEqual(['fits']);
    },
  );
});

describe('a step that goes wrong is TRANSFORM_FAILED with its place', () => {
  test.each([
    ['throws', /step 1 \(broken\): out of ink/],
    ['fails', /step 1 \(broken\): extract_area: bad extract area/],
    ['lies', /step 1 \(broken\): made 240×320 pixels and not 1×320/],
  ])('when it %s', async (how, message) => {
    const steps = [{ metadata: [] }, { broken: { how } }, { resize: { width: 9 } }];
    const all = renderAll(engine, catalog, photo, { ...responsive, bad: steps });
    await expect(all).rejects.toMatchObject({
      code: 'TRANSFORM_FAILED',
      message: expect.stringMatching(message),
      place: { recipe: 'photos', variant: 'bad', step: 1, transform: 'broken' },
    });
  });
});

test('an aborted signal is TIMEOUT', async () => {
  const all = renderAll(engine, catalog, photo, responsive, { signal: AbortSignal.abort() });
  await expect(all).rejects.toMatchObject({ code: 'TIMEOUT' });
});

test('a caller that leaves early leaves no work running', async () => {
  const facts = await engine.inspect(photo);
  const variants = Object.entries(responsive).map(([name, steps]) => ({
    name,
    steps: catalog.stepsSchema.parse(steps),
  }));
  for await (const _ of engine.render({ source: photo, facts, recipe: 'photos', variants })) break;
  expect(sharp.counters()).toEqual({ queue: 0, process: 0 });
});
