import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { difference } from '../testing/compare.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

interface Trap {
  /** Where users fell into it: an issue of lovell/sharp, or what sharp's pipeline.cc does. */
  readonly trap: string;
  readonly steps: readonly unknown[];
  /** The same calls of sharp, each to be run on the result of the one before. */
  readonly calls: readonly ((image: Sharp) => Sharp)[];
  readonly alpha?: boolean;
  /** Fixed in sharp 0.35.5. */
  readonly fixed?: boolean;
}

/** What sharp 0.35.5 makes in one pipeline of calls in this order is another picture, or another size. */
const traps: readonly Trap[] = [
  {
    trap: '241: rotate, then extract',
    fixed: true,
    steps: [
      { resize: { width: 60 } },
      { rotate: 90 },
      { crop: { left: 5, top: 10, width: 20, height: 30 } },
    ],
    calls: [
      (image) => image.resize(60),
      (image) => image.rotate(90),
      (image) => image.extract({ left: 5, top: 10, width: 20, height: 30 }),
    ],
  },
  {
    trap: '1584: two resizes',
    steps: [{ resize: { width: 10 } }, { resize: { width: 60 } }],
    calls: [(image) => image.resize(10), (image) => image.resize(60)],
  },
  {
    trap: '1922: resize, then turn by any angle, then resize',
    fixed: true,
    steps: [
      { resize: { width: 60 } },
      { rotate: { angle: 30, background: 'white' } },
      { resize: { width: 40 } },
    ],
    calls: [
      (image) => image.resize(60),
      (image) => image.rotate(30, { background: 'white' }),
      (image) => image.resize(40),
    ],
  },
  {
    trap: '2021: extend, then resize',
    steps: [{ extend: { left: 40, background: 'white' } }, { resize: { width: 50 } }],
    calls: [
      (image) => image.extend({ left: 40, background: 'white' }),
      (image) => image.resize(50),
    ],
  },
  {
    trap: '3687: blur, then resize',
    steps: [{ blur: 4 }, { resize: { width: 50 } }],
    calls: [(image) => image.blur({ sigma: 4, minAmplitude: 0.2 }), (image) => image.resize(50)],
  },
  {
    trap: '3756: turn, then resize to both sides',
    steps: [
      { resize: { width: 80, height: 30, fit: 'fill' } },
      { rotate: 90 },
      { resize: { width: 50, height: 50, position: 'north' } },
    ],
    calls: [
      (image) => image.resize(80, 30, { fit: 'fill' }),
      (image) => image.rotate(90),
      (image) => image.resize(50, 50, { position: 'north' }),
    ],
  },
  {
    trap: 'flip comes before the cut of cover',
    steps: [{ resize: { width: 40, height: 80, position: 'west' } }, 'flop'],
    calls: [(image) => image.resize(40, 80, { position: 'left' }), (image) => image.flop()],
  },
  {
    trap: 'grayscale leaves nothing that tint could dye',
    steps: ['grayscale', { tint: '#cc6600' }],
    calls: [(image) => image.grayscale(), (image) => image.tint('#cc6600')],
  },
  {
    trap: 'modulate after blur works on colours that are multiplied by alpha',
    alpha: true,
    steps: [{ modulate: { lightness: 30 } }, { blur: 3 }, { modulate: { brightness: 1.4 } }],
    calls: [
      (image) => image.modulate({ lightness: 30 }),
      (image) => image.blur({ sigma: 3, minAmplitude: 0.2 }),
      (image) => image.modulate({ brightness: 1.4 }),
    ],
  },
  {
    trap: 'negate of what the mild sharpen left as floating-point numbers',
    steps: ['sharpen', 'negate'],
    calls: [(image) => image.sharpen(), (image) => image.negate()],
  },
  {
    trap: 'sharp flattens first, and pixels that a later step makes transparent stay transparent',
    steps: [{ mask: 'circle' }, { flatten: 'white' }],
    calls: [
      (image) =>
        image.composite([
          {
            input: Buffer.from(
              Uint8Array.from({ length: 120 * 90 * 4 }, (_, i) => {
                const [x, y] = [((i >> 2) % 120) + 0.5 - 60, Math.floor((i >> 2) / 120) + 0.5 - 45];
                return Math.hypot(x / 60, y / 45) < 1 ? 255 : 0;
              }),
            ),
            raw: { width: 120, height: 90, channels: 4 },
            blend: 'dest-in',
          },
        ]),
      (image) => image.flatten({ background: 'white' }),
    ],
  },
];

async function stepByStep({ calls }: Trap, source: Buffer): Promise<Buffer> {
  let made = source;
  for (const call of calls) made = await call(sharp(made)).png().toBuffer();
  return made;
}

function photo({ alpha = false }: Trap): Promise<Buffer> {
  return sample({ width: 120, height: 90, format: 'png', alpha });
}

test.each(traps)('$trap: happens in the declared order here', async (trap) => {
  const source = await photo(trap);
  const output = await renderOne(engine, catalog, source, [...trap.steps, { encode: 'png' }]);
  const { mean } = await difference(output.bytes, await stepByStep(trap, source));
  expect(mean).toBeLessThan(3);
});

test.each(traps.filter(({ fixed = false }) => !fixed))(
  '$trap: is a trap, since one pipeline of sharp makes something else',
  async (trap) => {
    const source = await photo(trap);
    const wanted = await stepByStep(trap, source);
    const naive = async () => {
      const image = sharp(source);
      for (const call of trap.calls) call(image);
      return (await difference(await image.png().toBuffer(), wanted)).mean;
    };
    // Another size, or a refusal, counts as well as other pixels.
    expect(await naive().catch(() => Infinity)).toBeGreaterThan(4);
  },
);
