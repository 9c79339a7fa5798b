import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { NO_PLACEHOLDER, type RenderedOutput } from '../image-engine.ts';
import { makePlan } from '../plan/make-plan.ts';
import { renderOne } from '../testing/render.ts';
import { animatedSample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

async function resized(source: Uint8Array, resize: object): Promise<RenderedOutput> {
  const steps = catalog.stepsSchema.parse(['rotate', { resize }, { encode: 'png' }]);
  const facts = await engine.inspect(source);
  const variants = [{ name: 'thumb', steps }];
  const request = { source, facts, recipe: 'photos', variants, placeholder: NO_PLACEHOLDER };
  for await (const made of engine.render(request)) if (made.kind === 'output') return made;
  throw new Error('nothing was made');
}

/** A grey strip, an eighth of which is red: strategies look at a small copy of the picture. */
async function strip(width: number, height: number, red: { left: number; top: number }) {
  const [across, down] =
    width > height ? [Math.ceil(width / 8), height] : [width, Math.ceil(height / 8)];
  const part = {
    create: { width: across, height: down, channels: 3, background: '#f00' },
  } as const;
  return sharp({ create: { width, height, channels: 3, background: '#777' } })
    .composite([{ input: part, ...red }])
    .png()
    .toBuffer();
}

describe('position: focus', () => {
  /** Columns from red 0 to red 255, rows from green 0 to green 255. */
  const pixels = Buffer.from(
    Array.from({ length: 256 * 256 }, (_, at) => [at % 256, Math.floor(at / 256), 0]).flat(),
  );
  const slope = sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } })
    .png()
    .toBuffer();

  /** The place of the centre of the output in the upload, shares. */
  async function centreOf(options: object) {
    const cut = { width: 64, height: 128, position: 'focus', ...options };
    const { bytes, width, height } = await resized(await slope, cut);
    expect({ width, height }).toEqual({ width: 64, height: 128 });
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const at = (64 * width + 32) * 3;
    return [data[at] ?? 0, data[at + 1] ?? 0].map((level) => Math.round((level / 255) * 20) / 20);
  }

  test.each<[options: object, centre: [number, number]]>([
    [{ focus: { x: 0.4, y: 0.1 } }, [0.4, 0.5]],
    [{ focus: { x: 0, y: 0 } }, [0.25, 0.5]],
    [{ focus: { x: 1, y: 1 } }, [0.75, 0.5]],
    [{}, [0.5, 0.5]],
    [{ otherwise: 'west' }, [0.25, 0.5]],
  ])('%o has its centre at %o', async (options, centre) => {
    expect(await centreOf(options)).toEqual(centre);
  });

  test.each([
    [{ width: 9, focus: { x: 0, y: 0 } }, 'require position: focus'],
    [{ width: 9, otherwise: 'north' }, 'require position: focus'],
    [
      { width: 9, position: 'focus', focus: { x: 0, y: 0 }, otherwise: 'north' },
      'needs focus or otherwise',
    ],
    [{ width: 9, position: 'focus', otherwise: 'focus' }, 'expected one of'],
  ])('refuses %o', (resize, message) => {
    expect(() => catalog.stepsSchema.parse([{ resize }])).toThrow(message);
  });
});

test.each([
  [{ width: 65_535 }, true],
  [{ width: 65_536 }, false],
  [{ width: 9, dpr: 4 }, true],
  [{ width: 9, dpr: 4.1 }, false],
])('%j is accepted: %j', (resize, accepted) => {
  expect(catalog.stepSchema.safeParse({ resize }).success).toBe(accepted);
});

test('all frames of an animation are cut at the centre, though a strategy is asked for', async () => {
  const moving = await animatedSample('gif');
  const cut = (position: string) =>
    renderOne(engine, catalog, moving, [{ resize: { width: 20, height: 40, position } }]);
  const [searched, centred] = await Promise.all([cut('attention'), cut('centre')]);
  expect(Buffer.from(searched.bytes).equals(centred.bytes)).toBe(true);
});

test('steps of the placeholder come before its own', () => {
  const region = { left: '50%', top: 0, width: '50%', height: '100%' };
  const plan = makePlan({
    recipe: 'photos',
    facts: {
      ...{ format: 'png', width: 200, height: 100, orientation: 1, pages: 1, bytes: 1 },
      ...{ hasAlpha: false, progressive: false },
    },
    variants: [],
    placeholderSteps: catalog.stepsSchema.parse(['rotate', { crop: region }]),
    bind: (step) => catalog.bind(step),
  });
  expect(plan.stages.at(-1)?.shape).toMatchObject({ width: 32, height: 32 });
});

describe('a strip that cover has to enlarge', () => {
  test.each([
    [10_000, 1],
    [60_000, 2],
    [2, 12_000],
    [4_000, 40],
  ])(
    'of %d × %d becomes the part that attention finds, at the full size',
    async (width, height) => {
      const along = Math.floor(Math.max(width, height) * 0.7);
      const red = width > height ? { left: along, top: 0 } : { left: 0, top: along };
      const size = { width: 200, height: 200 };
      const made = await resized(await strip(width, height, red), {
        ...size,
        position: 'attention',
      });
      expect(made).toMatchObject(size);
      const { channels } = await sharp(made.bytes).stats();
      const [r = 0, , b = 0] = channels.map(({ mean }) => mean);
      expect(r - b).toBeGreaterThan(80);
    },
  );

  test('is cut before it is enlarged: no picture is larger than the output needs', async () => {
    const source = await strip(10_000, 1, { left: 9_000, top: 0 });
    const facts = await engine.inspect(source);
    for (const position of ['attention', 'entropy', 'centre', 'south']) {
      const steps = catalog.stepsSchema.parse([
        { resize: { width: 200, height: 200, position } },
        { encode: 'png' },
      ]);
      const plan = makePlan({
        recipe: 'photos',
        facts,
        variants: [{ name: 'thumb', steps }],
        bind: (step) => catalog.bind(step),
      });
      const slots = plan.stages.flatMap(({ operations }) =>
        operations.flatMap((o) => o.slots ?? []),
      );
      expect(slots.slice(0, 2)).toEqual(['extractPre', 'resize']);
      expect(await resized(source, { width: 200, height: 200, position })).toMatchObject({
        width: 200,
        height: 200,
      });
    }
  });

  test('has its end at the east', async () => {
    const source = await strip(1200, 1, { left: 1050, top: 0 });
    for (const [position, red] of [['east', 255], ['west', 119], ['centre', 119]] as const) {
      const { bytes } = await resized(source, { width: 60, height: 60, position });
      expect([...(await sharp(bytes).raw().toBuffer())].slice(0, 1)).toEqual([red]);
    }
  }); // prettier-ignore

  test.each([
    [600, 'cropEmbed'],
    [1_000, 'extractPre'],
  ])('of %d × 2 that becomes 200 pixels high: `%s`', (width, slot) => {
    const { stages } = makePlan({
      recipe: 'photos',
      facts: {
        ...{ format: 'png', width, height: 2, orientation: 1, pages: 1, bytes: 1 },
        ...{ hasAlpha: false, progressive: false },
      },
      variants: [
        {
          name: 'thumb',
          steps: catalog.stepsSchema.parse([
            { resize: { width: 200, height: 200 } },
            { encode: 'png' },
          ]),
        },
      ],
      bind: (step) => catalog.bind(step),
    });
    const slots = stages.flatMap(({ operations }) => operations.flatMap((o) => o.slots ?? []));
    expect(slots.slice(0, 2)).toContain(slot);
  });

  test('of a damaged file is CORRUPT_IMAGE, although a strategy looks at it first', async () => {
    const source = await strip(4_000, 40, { left: 0, top: 0 });
    const cut = source.subarray(0, source.length - 40);
    await expect(
      resized(cut, { width: 200, height: 200, position: 'attention' }),
    ).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

test('cover of a rotated photo shrinks on load: sharp gets no extract, which would come first', async () => {
  const photo = await sharp({
    create: { width: 800, height: 600, channels: 3, background: '#123' },
  })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const facts = await engine.inspect(photo);
  const steps = catalog.stepsSchema.parse([
    'rotate',
    { resize: { width: 90, height: 90, position: 'north' } },
    { encode: 'webp' },
  ]);
  const { stages } = makePlan({
    recipe: 'photos',
    facts,
    variants: [{ name: 'thumb', steps }],
    placeholder: false,
    bind: (step) => catalog.bind(step),
  });
  expect(stages.map(({ operations }) => operations.flatMap(({ slots }) => slots ?? []))).toEqual([
    ['autoOrient', 'resize', 'cropEmbed'],
  ]);
});
