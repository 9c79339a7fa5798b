import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { type Catalog, createCatalog } from '../catalog/catalog.ts';
import type { Transform } from '../define-transform.ts';
import { createEngine, createReferenceEngine } from '../engine/create-engine.ts';
import { PICTURE_FORMATS, type RenderedOutput } from '../image-engine.ts';
import { difference } from './compare.ts';
import { logoOnly, renderOne } from './render.ts';
import { sample } from './samples.ts';

/** A case as data: a YAML file. */
const caseSchema = z.strictObject({
  /** A generated picture. */
  input: z.strictObject({
    width: z.number(),
    height: z.number(),
    format: z.enum(PICTURE_FORMATS).optional(),
    orientation: z.number().optional(),
    alpha: z.boolean().optional(),
    profile: z.enum(['srgb', 'p3']).optional(),
    seed: z.number().optional(),
  }),
  /** Steps as in a recipe. Default format: PNG. One side file exists: `logo.png`. */
  steps: z.array(z.unknown()),
  expect: z.strictObject({
    width: z.number(),
    height: z.number(),
    hasAlpha: z.boolean().optional(),
    format: z.enum(PICTURE_FORMATS).optional(),
    fit: z.string().optional(),
    /** Results of analysing steps, by transform name. */
    facts: z.record(z.string(), z.json()).optional(),
    /** Colours, 0 to 255, of single pixels at `x,y`, give or take `tolerance`. */
    pixels: z.record(z.string(), z.array(z.number())).optional(),
    tolerance: z.number().default(6),
    /** Minimum PSNR between plan and step-by-step reference, dB. */
    psnr: z.number().default(36),
  }),
});

type Case = z.output<typeof caseSchema>;

async function renderCase(
  { input: { format = 'png', ...rest }, steps }: Case,
  catalog: Catalog,
): Promise<readonly [RenderedOutput, RenderedOutput]> {
  const defined = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  );
  const source = await sample({ format, ...defined });
  const isEncoded = steps.some((step) => JSON.stringify(step).includes('"encode"'));
  const all = isEncoded ? steps : [...steps, { encode: 'png' }];
  const logo = await sample({ width: 80, height: 40, format: 'png', alpha: true, seed: 7 });
  const engineOptions = { catalog, readSideFile: logoOnly(logo) };
  return Promise.all([
    renderOne(createEngine(engineOptions), catalog, source, all),
    renderOne(createReferenceEngine(engineOptions), catalog, source, all),
  ]);
}

async function checkPixels(bytes: Uint8Array, wanted: Case['expect']): Promise<void> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  if (wanted.hasAlpha !== undefined) expect(info.channels).toBe(wanted.hasAlpha ? 4 : 3);
  for (const [place, colour] of Object.entries(wanted.pixels ?? {})) {
    const [x = 0, y = 0] = place.split(',').map(Number);
    const start = (y * info.width + x) * info.channels;
    const actual = [...data.subarray(start, start + info.channels)];
    // Under full transparency any colour will do.
    const counts = (band: number) => band === 3 || colour[3] !== 0;
    const far = actual.map((channel, band) =>
      counts(band) ? Math.abs(channel - (colour[band] ?? channel)) : 0,
    );
    expect(Math.max(...far), `pixel ${place} is ${actual.join(', ')}`).toBeLessThanOrEqual(
      wanted.tolerance,
    );
  }
}

/**
 * Declares tests for every case in a folder and its subfolders: the output matches the expectation, and the planned engine
 * and the reference engine agree. Steps may use the given transforms.
 */
export function testFixtures(folder: string, transforms: readonly Transform[]): void {
  const catalog = createCatalog(transforms);
  const cases = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort();

  describe.each(cases)('%s', (file) => {
    const given = caseSchema.parse(parse(readFileSync(path.join(folder, file), 'utf8')));
    const { width, height, fit, format, facts, psnr } = given.expect;
    let outputs: ReturnType<typeof renderCase> | undefined;
    const render = () => (outputs ??= renderCase(given, catalog));

    test.each([
      ['as planned', 0],
      ['step by step', 1],
    ] as const)('comes out as expected, %s', async (_, index) => {
      const output = (await render())[index];
      expect(output).toMatchObject({
        width,
        height,
        ...(fit ? { fit } : {}),
        ...(format ? { format } : {}),
        ...(facts ? { facts } : {}),
      });
      await checkPixels(output.bytes, given.expect);
    });

    test('comes out the same as planned and step by step', async () => {
      const [planned, reference] = await render();
      expect((await difference(planned.bytes, reference.bytes)).psnr).toBeGreaterThan(psnr);
    });
  });
}
