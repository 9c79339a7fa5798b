import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { builtinTransforms } from './builtin/index.ts';
import { createCatalog } from './catalog.ts';
import { createEngine, createReferenceEngine } from './engine/index.ts';
import { difference, renderOne, sample } from './testing/index.ts';
import { OUTPUT_FORMATS } from './types.ts';

const FOLDER = path.join(import.meta.dirname, '../fixtures');

/** A case as data: `fixtures/TRANSFORM/CASE.yaml`. */
const caseSchema = z.strictObject({
  /** A generated picture. */
  input: z.strictObject({
    width: z.number(),
    height: z.number(),
    format: z.enum(OUTPUT_FORMATS).optional(),
    orientation: z.number().optional(),
    alpha: z.boolean().optional(),
    profile: z.enum(['srgb', 'p3']).optional(),
    seed: z.number().optional(),
  }),
  /** As in a recipe; written as PNG where no step says otherwise. */
  steps: z.array(z.unknown()),
  expect: z.strictObject({
    width: z.number(),
    height: z.number(),
    hasAlpha: z.boolean().optional(),
    format: z.enum(OUTPUT_FORMATS).optional(),
    fit: z.string().optional(),
    /** Colours, 0 to 255, of single pixels at `x,y`, give or take `tolerance`. */
    pixels: z.record(z.string(), z.array(z.number())).optional(),
    tolerance: z.number().default(6),
    /** Least likeness of plan and step-by-step reference, dB. */
    psnr: z.number().default(36),
  }),
});

const catalog = createCatalog(builtinTransforms);
const engines = [createEngine({ catalog }), createReferenceEngine({ catalog })] as const;

const cases = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .sort();

describe.each(cases)('%s', (file) => {
  const {
    input,
    steps,
    expect: wanted,
  } = caseSchema.parse(parse(readFileSync(path.join(FOLDER, file), 'utf8')));
  const isEncoded = steps.some((step) => JSON.stringify(step).includes('"encode"'));
  const all = isEncoded ? steps : [...steps, { encode: 'png' }];
  const outputs = (async () => {
    const { format = 'png', ...rest } = input;
    const defined = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    );
    const source = await sample({ format, ...defined });
    return Promise.all(engines.map((engine) => renderOne(engine, catalog, source, all)));
  })();

  test.each([
    ['as planned', 0],
    ['step by step', 1],
  ])('comes out as expected, %s', async (_, index) => {
    const output = (await outputs)[index];
    const { width, height, fit, format, hasAlpha, pixels = {}, tolerance } = wanted;
    expect(output).toMatchObject({
      width,
      height,
      ...(fit ? { fit } : {}),
      ...(format ? { format } : {}),
    });
    const { data, info } = await sharp(output?.bytes).raw().toBuffer({ resolveWithObject: true });
    if (hasAlpha !== undefined) expect(info.channels).toBe(hasAlpha ? 4 : 3);
    for (const [place, colour] of Object.entries(pixels)) {
      const [x = 0, y = 0] = place.split(',').map(Number);
      const start = (y * info.width + x) * info.channels;
      const actual = [...data.subarray(start, start + info.channels)];
      // Under full transparency any colour will do.
      const counts = (band: number) => band === 3 || colour[3] !== 0;
      const far = actual.map((channel, band) =>
        counts(band) ? Math.abs(channel - (colour[band] ?? channel)) : 0,
      );
      expect(Math.max(...far), `pixel ${place} is ${actual.join(', ')}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });

  test('comes out the same as planned and step by step', async () => {
    const [planned, reference] = await outputs;
    if (!planned || !reference) throw new Error('no output');
    expect((await difference(planned.bytes, reference.bytes)).psnr).toBeGreaterThan(wanted.psnr);
  });
});
