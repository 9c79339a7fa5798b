import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { createEngine } from '../create-engine.ts';
import { tiffPage } from './tiff-page.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/pages');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

/** A page as the engine writes it, in PNG. */
async function rendered(source: Uint8Array, page: number): Promise<Uint8Array> {
  const facts = await engine.inspect(source, page);
  const steps = catalog.stepsSchema.parse([{ encode: 'png' }]);
  const request = { source, facts, recipe: 'scans', variants: [{ name: `scan-p${page}`, steps }] };
  for await (const made of engine.render(request)) if (made.kind === 'output') return made.bytes;
  throw new Error('no output');
}

const grey = async (file: Uint8Array) => {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, size: `${info.width}×${info.height}` };
};

/** The root of the mean square of the differences, in levels of 255. */
function rmse(one: Uint8Array, other: Uint8Array): number {
  const squares = one.reduce((sum, value, at) => sum + (value - (other[at] ?? 0)) ** 2, 0);
  return Math.sqrt(squares / one.length);
}

describe.each(['pillow', 'big-endian', 'bigtiff', 'fax'])(
  'pages of %s.tiff (fixtures/pages/make.py)',
  (name) => {
    test.each([1, 2, 3])('page %i has the pixels that Pillow reads', async (page) => {
      const made = await grey(await rendered(fixture(`${name}.tiff`), page));
      const wanted = await grey(fixture(`${name}-p${page}.png`));
      expect(made.size).toBe(wanted.size);
      expect(rmse(made.data, wanted.data)).toBeLessThan(0.5);
    });
  },
);

test('a page has facts of its own', async () => {
  const source = fixture('pillow.tiff');
  expect(await engine.inspect(source)).toMatchObject({ width: 96, height: 136, pages: 3 });
  expect(await engine.inspect(source, 2)).toMatchObject({
    ...{ width: 136, height: 96, pages: 1, page: 2, format: 'tiff' },
    coding: { space: 'grey' },
  });
});

test('the copy of the file takes memory, and CPU time', async () => {
  const facts = { ...(await engine.inspect(fixture('fax.tiff'), 2)), bytes: 50 * 1024 * 1024 };
  const { page: _, ...first } = facts;
  const steps = catalog.stepsSchema.parse([{ encode: 'png' }]);
  const variants = [{ name: 'scan-p2', steps }];
  const [one, other] = [facts, first].map((each) =>
    engine.estimate({ facts: each, recipe: 'scans', variants }),
  );
  expect((one?.memory ?? 0) - (other?.memory ?? 0)).toBeGreaterThanOrEqual(50);
  expect(one?.decoding?.cpuSeconds).toBeGreaterThan(other?.decoding?.cpuSeconds ?? Infinity);
});

describe('damaged documents', () => {
  test('a page that is not there', () => {
    expect(() => tiffPage(fixture('fax.tiff'), 4)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_IMAGE',
        message: expect.stringContaining('page 4'),
      }),
    );
  });

  test('the rejection names the page whose data is cut', async () => {
    const source = Buffer.from(fixture('bigtiff.tiff'));
    const facts = await engine.inspect(source, 2);
    const { structure } = facts;
    const start = structure?.format === 'tiff' ? structure.dataStart : 0;
    source.fill(0, start, start + 200);
    await expect(rendered(source, 2)).rejects.toMatchObject({
      ...{ code: 'CORRUPT_IMAGE', message: expect.stringMatching(/^page 2: /) },
    });
  });

  test('any bytes of directories give a picture or an error with a code', async () => {
    const source = fixture('fax.tiff');
    for (let seed = 1; seed <= 200; seed += 1) {
      const bytes = Buffer.from(source);
      for (let change = 0; change < 6; change += 1) {
        const at = (seed * 7919 + change * 104_729) % bytes.length;
        bytes[at] = (seed * 31 + change * 17) % 256;
      }
      const outcome = await rendered(bytes, 1 + (seed % 3)).then(
        () => 'picture',
        (error: { code?: string }) => error.code,
      );
      expect(['picture', 'CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT']).toContain(outcome);
    }
  });
});
