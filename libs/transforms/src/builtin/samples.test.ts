import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyPixels } from '../bound-transform.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { builtinTransforms } from './index.ts';
import { otsu } from './shared/otsu.ts';
import { lumaOf } from './shared/samples.ts';
import { skewOf } from './shared/skew.ts';

const catalog = createCatalog(builtinTransforms);

/** Grey pixels, as RGB or RGBA. */
function pixelsOf(
  grey: readonly number[],
  width: number,
  { alpha, deep = false }: { readonly alpha?: number; readonly deep?: boolean } = {},
): AnyPixels {
  const values = grey.flatMap((value) => [value, value, value, ...(alpha === undefined ? [] : [alpha])]); // prettier-ignore
  return {
    ...{ width, height: grey.length / width, channels: alpha === undefined ? 3 : 4 },
    data: deep ? Uint16Array.from(values) : Uint8Array.from(values),
  };
}

/** The samples after a step. */
async function after(step: unknown, pixels: AnyPixels): Promise<number[]> {
  const bound = catalog.bind(catalog.stepSchema.parse(step));
  if (bound.kind !== 'samples') throw new Error('no step of samples');
  const { data } = await bound.apply(pixels, {} as Parameters<typeof bound.apply>[1]);
  return [...data];
}

/** One band of samples of three. */
const firsts = (samples: readonly number[]) => samples.filter((_, at) => at % 3 === 0);

describe('binarise', () => {
  /** Sauvola's formula for each pixel, with a picture that goes on as in mirrors. */
  function sauvola(grey: readonly number[], width: number, window: number, k: number) {
    const height = grey.length / width;
    const radius = (window - 1) / 2;
    const mirrored = (at: number, side: number): number =>
      side === 1 ? 0 : at < 0 ? mirrored(-at, side) : at < side ? at : mirrored(2 * side - 2 - at, side); // prettier-ignore
    return grey.map((value, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const near = Array.from({ length: window * window }, (_, index) => {
        const [dx, dy] = [(index % window) - radius, Math.floor(index / window) - radius];
        return grey[mirrored(y + dy, height) * width + mirrored(x + dx, width)] ?? 0;
      });
      const mean = near.reduce((sum, one) => sum + one, 0) / near.length;
      const squares = near.reduce((sum, one) => sum + one * one, 0) / near.length;
      const deviation = Math.sqrt(Math.max(0, squares - mean * mean));
      const threshold = mean * (1 + k * (deviation / 127.5 - 1));
      // Rounding decides where both are equal.
      return Math.abs(value - threshold) < 1e-6 ? undefined : value > threshold ? 255 : 0;
    });
  }

  test('by Sauvola has the pixels of the formula, also where the window is larger than the picture', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.constantFrom(0, 10, 100, 128, 200, 255), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(3, 5, 9, 21),
        fc.constantFrom(0, 0.2, 0.5),
        async (width, given, window, k) => {
          const grey = Array.from(
            { length: Math.ceil(given.length / width) * width },
            (_, at) => given[at % given.length] ?? 0,
          );
          const expected = sauvola(grey, width, window, k);
          const step = { binarise: { threshold: 'sauvola', window, k } };
          const made = firsts(await after(step, pixelsOf(grey, width)));
          expect(made.map((value, at) => (expected[at] === undefined ? undefined : value))).toEqual(
            expected,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('by Sauvola has a window of 25 pixels and a k of 0.2 by default', async () => {
    const grey = Array.from({ length: 40 * 3 }, (_, at) => (at * 37) % 256);
    const made = await after({ binarise: 'sauvola' }, pixelsOf(grey, 40));
    const step = { binarise: { threshold: 'sauvola', window: 25, k: 0.2 } };
    expect(made).toEqual(await after(step, pixelsOf(grey, 40)));
  });

  test.each([
    [100, [0, 0, 255, 255]],
    [0, [0, 255, 255, 255]],
    [255, [0, 0, 0, 0]],
    ['otsu', [0, 0, 0, 255]],
  ])('with the threshold %s, lighter pixels become white and transparency stays', async (threshold, levels) => {
    const pixels = pixelsOf([0, 100, 101, 255], 2, { alpha: 7 });
    expect(await after({ binarise: threshold }, pixels)).toEqual(
      levels.flatMap((level) => [level, level, level, 7]),
    );
  }); // prettier-ignore

  test('what is as light as the threshold becomes black', async () => {
    const step = { binarise: { threshold: 'sauvola', window: 3, k: 0 } };
    expect(firsts(await after(step, pixelsOf([9, 9, 9, 9], 2)))).toEqual([0, 0, 0, 0]);
  });

  test('a number is a share of 255 also in 16 bits', async () => {
    const pixels = pixelsOf([0, 100 * 257, 100 * 257 + 1, 65_535], 4, { deep: true });
    expect(firsts(await after({ binarise: 100 }, pixels))).toEqual([0, 0, 65_535, 65_535]);
  });
});

describe('colourmap', () => {
  test.each([
    [{ map: 'grey' }, [0, 128, 255], [0, 0, 0, 9, 128, 128, 128, 9, 255, 255, 255, 9]],
    [
      { map: 'grey', reverse: true },
      [0, 128, 255],
      [255, 255, 255, 9, 127, 127, 127, 9, 0, 0, 0, 9],
    ],
    // matplotlib: `colormaps[name]([0, 128, 255], bytes=True)`.
    [{ map: 'viridis' }, [0, 255], [68, 1, 84, 9, 253, 231, 37, 9]],
    [{ map: 'heat' }, [0, 255], [11, 0, 0, 9, 255, 255, 255, 9]],
  ])('%j of the levels %j', async (options, grey, samples) => {
    const pixels = pixelsOf(grey, grey.length, { alpha: 9 });
    expect(await after({ colourmap: options }, pixels)).toEqual(samples);
  });

  test('is interpolated in 16 bits', async () => {
    const grey = [0, 128, 257, 65_534, 65_535];
    const made = await after({ colourmap: 'grey' }, pixelsOf(grey, 5, { deep: true }));
    expect(firsts(made)).toEqual(grey);
  });
});

describe('levels', () => {
  test.each([
    [{}, [0, 1, 128, 255], [0, 1, 128, 255]],
    [{ black: 55, white: 205 }, [54, 55, 130, 205, 206], [0, 0, 128, 255, 255]],
    [{ gamma: 2 }, [0, 64, 255], [0, 128, 255]],
    [{ outputBlack: 255, outputWhite: 0 }, [0, 1, 255], [255, 254, 0]],
    [{ outputBlack: 10, outputWhite: 20 }, [0, 128, 255], [10, 15, 20]],
  ])('%j of %j are %j', async (options, grey, expected) => {
    const made = await after({ levels: options }, pixelsOf(grey, grey.length, { alpha: 7 }));
    expect(made).toEqual(expected.flatMap((level) => [level, level, level, 7]));
  });

  test('differ by channel', async () => {
    const options = { black: [0, 100, 0], white: [255, 200, 100], gamma: [1, 1, 1] };
    expect(await after({ levels: options }, pixelsOf([100], 1))).toEqual([100, 0, 255]);
  });
});

test('luma weighs red, green and blue, and has the depth of the pixels', () => {
  const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
  expect(lumaOf({ data, channels: 3 })).toEqual(Uint8Array.from([54, 182, 18, 9]));
  expect(lumaOf({ data: Uint8Array.from([255, 0, 0, 77]), channels: 4 })).toEqual(
    Uint8Array.from([54]),
  );
  const deep = Uint16Array.from([65_535, 0, 0]);
  expect(lumaOf({ data: deep, channels: 3 })).toEqual(Uint16Array.from([13_933]));
});

test.each<[luma: Uint8Array | Uint16Array, split: number]>([
  [Uint8Array.of(10, 10, 200, 200), 10],
  [Uint8Array.of(10, 20, 30, 200, 210), 30],
  [Uint8Array.of(0, 255), 0],
  [Uint8Array.of(100, 100, 130, 255, 255, 255), 130],
  [Uint8Array.of(5, 5), 0],
  [Uint8Array.of(100, 101), 100],
  [Uint16Array.of(2570, 2570, 51_400), 2815],
])('Otsu splits %j at %i', (luma, split) => {
  expect(otsu(luma)).toBe(split);
});

describe('the angle of lines', () => {
  /** A page of lines that rise or fall by so many degrees. */
  function page(degrees: number, { ink = 0, paper = 255 } = {}) {
    const [width, height] = [200, 160];
    const slope = Math.tan((degrees * Math.PI) / 180);
    const grey = Array.from({ length: width * height }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const row = (y - x * slope + 1000) % 10;
      return row < 4 && x > 20 && x < 180 && y > 30 && y < 130 ? ink : paper;
    });
    const data = Uint8Array.from(grey.flatMap((value) => [value, value, value]));
    return { data, width, height, channels: 3 } as const;
  }

  test.each([-6, -2.5, -0.4, 0, 0.4, 3.1, 7])('of %d degrees is found', (degrees) => {
    // Less than a pixel from one end of a line to the other.
    expect(Math.abs((skewOf(page(degrees), 10) ?? NaN) - degrees)).toBeLessThan(0.26);
    const negative = page(degrees, { ink: 255, paper: 0 });
    expect(skewOf(negative, 10)).toBe(skewOf(page(degrees), 10));
  });

  test('is not found beyond the limit, nor on a page without lines', () => {
    expect(skewOf(page(7), 5)).toBeUndefined();
    expect(skewOf(page(5), 5)).toBeUndefined();
    expect(skewOf(page(0, { ink: 255 }), 10)).toBeUndefined();
    const noise = Uint8Array.from({ length: 60 * 60 * 3 }, (_, at) => (at * 7919 * at) % 251);
    expect(skewOf({ data: noise, width: 60, height: 60, channels: 3 }, 10)).toBeUndefined();
  });
});
