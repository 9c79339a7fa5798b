import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const row = (...samples: number[]) =>
  sharp(Uint8Array.from(samples.flatMap((one) => [one, one, one])), {
    raw: { width: samples.length, height: 1, channels: 3 },
  })
    .png()
    .toBuffer();

async function reds(file: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return [...data].filter((_, index) => index % info.channels === 0);
}

describe('of a picture of 8 bits', () => {
  test.each([
    [{ window: { centre: 100, width: 101 } }, [0, 1, 129, 251, 255]],
    [{ window: { centre: 100, width: 100, shape: 'exact' } }, [0, 0, 128, 250, 255]],
    [{ stretch: { black: 50, white: 150 } }, [0, 0, 128, 250, 255]],
    [{ stretch: { type: 'sqrt', black: 0, white: 200 } }, [0, 128, 180, 219, 255]],
    ['window', [0, 50, 100, 148, 200]],
  ])('%j', async (step, expected) => {
    const { bytes } = await renderOne(engine, catalog, await row(0, 50, 100, 148, 200), [
      step,
      { encode: 'png' },
    ]);
    expect(await reds(bytes)).toEqual(expected);
  });
});

test('variants may show the same upload in several ways, and each keeps the orientation', async () => {
  const source = await sharp(await row(0, 100, 200))
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const facts = await engine.inspect(source);
  const variant = (name: string, ...steps: unknown[]) => ({
    name,
    steps: catalog.stepsSchema.parse([...steps, 'rotate', { encode: 'png' }] as never),
  });
  const variants = [
    variant('plain'),
    variant('dark', { stretch: { black: 100, white: 300 } }),
    variant('step', 'rotate', { window: { centre: 150, width: 1 } }),
  ];
  const made: Record<string, number[]> = {};
  for await (const one of engine.render({ source, facts, recipe: 'test', variants })) {
    if (one.kind === 'output') {
      expect([one.width, one.height]).toEqual([1, 3]);
      made[one.variant] = await reds(one.bytes);
    }
  }
  expect(made).toEqual({ plain: [0, 100, 200], dark: [0, 0, 128], step: [0, 0, 255] });
});

test('they cost memory and CPU time', async () => {
  const source = await sharp({
    create: { width: 2000, height: 1000, channels: 3, background: '#888' },
  })
    .png()
    .toBuffer();
  const facts = await engine.inspect(source);
  const estimate = (...steps: unknown[]) =>
    engine.estimate({
      ...{
        facts,
        recipe: 'test',
        placeholder: { thumbhash: false, dominantColour: false, blurhash: false },
      },
      variants: [
        { name: 'one', steps: catalog.stepsSchema.parse([...steps, { encode: 'png' }] as never) },
      ],
    });
  const [plain, shown] = [estimate(), estimate({ stretch: 'zscale' })];
  expect(shown.memory - plain.memory).toBeGreaterThan(10);
  expect((shown.decoding?.cpuSeconds ?? 0) - (plain.decoding?.cpuSeconds ?? 0)).toBeCloseTo(0.3);
});

test.each([
  [['flip', { stretch: 'asinh' }], /stretch shows the values of the file: move it before flip/],
  [['window', { stretch: 'asinh' }], /only once: remove window or stretch/],
  [[{ window: { centre: 1 } }], /needs both a centre and a width/],
  [[{ window: { centre: 1, width: 0.5 } }], /at least 1: use `shape: exact`/],
  [[{ stretch: { black: 5, white: 5 } }], /black must be less than white/],
  [[{ metadata: ['gainMap'] }, { window: {} }], /window cannot be combined with metadata: gainMap/],
])('a recipe with %j is refused', (steps, message) => {
  const result = catalog.stepsSchema.safeParse([...steps, { encode: 'jpeg' }]);
  expect(result.error?.message).toMatch(message);
});
