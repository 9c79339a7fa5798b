import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  builtinTransforms,
  createCatalog,
  type MeasuredChannel,
  MEASURES,
} from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { inDigits, renderAll, renderOne } from '@darkroom/transforms/testing';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fits } from './fits.ts';

const FOLDER = path.resolve(import.meta.dirname, '../fixtures');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.fits'))
  .map((file) => path.basename(file, '.fits'));

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog, decoders: [fits] });
const DEEP = [{ colourspace: 'keep' }, { encode: 'png' }];
const render = (file: Uint8Array, ...steps: readonly unknown[]) =>
  renderOne(engine, catalog, file, [...steps, ...DEEP]);

/** Samples of the first channel, in levels of 255. */
async function levels(file: Uint8Array): Promise<readonly number[]> {
  const deep = sharp(file).pipelineColourspace('rgb16').toColourspace('rgb16');
  const { data, info } = await deep.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
  const samples = new Uint16Array(Uint8Array.from(data).buffer);
  return [...samples.filter((_, index) => index % info.channels === 0)].map((one) => one / 257);
}

async function rmse(file: Uint8Array, reference: string): Promise<number> {
  const [made, wanted] = [await levels(file), await levels(fixture(`${reference}.png`))];
  expect(made).toHaveLength(wanted.length);
  const squares = made.reduce((sum, one, index) => sum + (one - (wanted[index] ?? 0)) ** 2, 0);
  return Math.sqrt(squares / made.length);
}

// A sample of 8 bits cannot be as exact as the reference.
test.each(NAMES)('%s has the pixels that astropy reads', async (name) => {
  const { bytes } = await render(fixture(`${name}.fits`));
  expect(await rmse(bytes, name)).toBeLessThan(name === 'cfitsio-byte' ? 1.5 : 1);
});

test.each(['linear', 'sqrt', 'log', 'asinh', 'percentile'])(
  'stretch: %s is that of astropy',
  async (type) => {
    const { bytes } = await render(fixture('float32.fits'), { stretch: type });
    expect(await rmse(bytes, `float32-${type}`)).toBeLessThan(0.05);
  },
);

test('black and white are values of the file', async () => {
  const { bytes } = await render(fixture('float32.fits'), { stretch: { black: 150, white: 350 } });
  const { data } = (await fits.read(fixture('float32.fits'), {
    page: 1,
    options: { cube: 'pages' },
  })) as { data: Float32Array };
  const wanted = [...data].map((value) => 255 * Math.min(1, Math.max(0, (value - 150) / 200)));
  const made = await levels(bytes);
  const largest = Math.max(...made.map((level, index) => Math.abs(level - (wanted[index] ?? 0))));
  expect(largest).toBeLessThan(0.01);
});

test('16 bits reach the output', async () => {
  const { bytes } = await render(fixture('float32.fits'), { stretch: 'asinh' });
  expect((await sharp(bytes).metadata()).depth).toBe('ushort');
  expect((await levels(bytes)).some((level) => !Number.isInteger(level))).toBe(true);
});

describe('facts', () => {
  test('of a cube count its planes', async () => {
    const facts = await engine.inspect(fixture('cube32.fits'));
    expect(facts).toMatchObject({
      ...{ format: 'fits', width: 56, height: 40, pages: 3, hasAlpha: false },
      coding: { depth: 16, space: 'grey', profile: 'none' },
      structure: { format: 'decoded', depth: 32, channels: 1 },
    });
  });

  test('a cube of three planes can be one picture in colours', async () => {
    const facts = await engine.inspect(fixture('cube32.fits'), 1, { fits: { cube: 'rgb' } });
    expect(facts).toMatchObject({ pages: 1, structure: { channels: 3 } });
  });
});

test('the second plane of a cube is the first one upside down', async () => {
  const page = async (number: number) => {
    const request = { page: number, options: { cube: 'pages' as const } };
    return (await fits.read(fixture('cube32.fits'), request)) as { data: Float32Array };
  };
  const [first, second] = [(await page(1)).data, (await page(2)).data];
  expect([...second.subarray(0, 56)]).toEqual([...first.subarray(39 * 56)]);
});

describe('bad files', () => {
  const outcome = (file: Uint8Array) =>
    render(file).then(
      () => 'done',
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );
  const changed = (from: string, to: string) =>
    Buffer.from(fixture('float32.fits').toString('latin1').replace(from, to), 'latin1');

  test.each([
    [
      'BITPIX  =                  -32',
      'BITPIX  =                  -33',
      /^CORRUPT_IMAGE: the fits: BITPIX/,
    ],
    [
      'NAXIS1  =                   56',
      'NAXIS1  =                 5600',
      /^CORRUPT_IMAGE: .*ends before/,
    ],
    [
      'NAXIS1  =                   56',
      'NAXIS1  =                  -56',
      /^CORRUPT_IMAGE: .*NAXIS1/,
    ],
    [
      'SIMPLE  =                    T',
      'SIMPLE  =                    F',
      /^CORRUPT_IMAGE: .*SIMPLE/,
    ],
    [
      'NAXIS   =                    2',
      'NAXIS   =                    0',
      /^UNSUPPORTED_FORMAT: .*no HDU/,
    ],
  ])('%s as %s', async (from, to, expected) => {
    expect(await outcome(changed(from, to))).toMatch(expected);
  });

  test('an image that is compressed in a table says how to unpack it', async () => {
    expect(await outcome(fixture('compressed.fits.fz'))).toBe(
      'UNSUPPORTED_FORMAT: the fits: the image is compressed in a table (ZIMAGE): unpack it with funpack',
    );
  });

  test('a header without an end is corrupt', async () => {
    expect(await outcome(fixture('float32.fits').subarray(0, 400))).toMatch(/^CORRUPT_IMAGE/);
  });

  test('changed cards never do more than reject their own file', async () => {
    let state = 24;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const values = ['0', '-1', '1', '3', '64', '999', '1E300', 'NaN', "'x'", 'T', '2147483648'];
    for (let round = 0; round < 200; round += 1) {
      const file = Buffer.from(fixture(`${NAMES[random(NAMES.length)] ?? ''}.fits`));
      const card = random(10) * 80;
      file.write((values[random(values.length)] ?? '').padStart(20), card + 10, 'latin1');
      expect(await outcome(file)).toMatch(/^(?:done|CORRUPT_IMAGE|UNSUPPORTED_FORMAT|TOO_LARGE)/);
    }
  });
});

/** By numpy, of the values that astropy reads (fixtures/facts.py). */
const FACTS = JSON.parse(fixture('facts.json').toString()) as Record<string, MeasuredChannel>;

test.each(Object.entries(FACTS))('%s has the facts that numpy measures', async (name, wanted) => {
  const measures = [...MEASURES];
  const steps = { one: [{ stretch: 'asinh' }, { encode: 'png' }] };
  const { channels } = await renderAll(engine, catalog, fixture(`${name}.fits`), steps, {
    measures,
  });
  expect(inDigits(channels)).toEqual(inDigits([wanted]));
});
