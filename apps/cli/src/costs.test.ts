import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultPrices, uploadCost } from '@darkroom/economics';
import { sample } from '@darkroom/transforms/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Estimate, estimate } from './commands/estimate.ts';
import { simulate } from './commands/simulate.ts';
import { run } from './run.ts';

let folder: string;
let said: { out: string; error: string };
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-costs-'));
  await mkdir(inFolder('photos/trip'), { recursive: true });
  const photo = await sample({ width: 320, height: 240 });
  await Promise.all([
    writeFile(inFolder('photos/a.jpg'), photo),
    writeFile(inFolder('photos/trip/b.jpg'), await sample({ width: 64, height: 48 })),
    writeFile(inFolder('photos/notes.txt'), 'no picture'),
    writeFile(inFolder('text.jpg'), 'no picture'),
    writeFile(inFolder('recipe.yaml'), recipe),
    writeFile(
      inFolder('two.yaml'),
      `[${recipe}, { name: b, variants: [{ name: web, steps: [] }] }]`,
    ),
    writeFile(inFolder('stack.yaml'), stack),
    writeFile(
      inFolder('prices.yaml'),
      JSON.stringify({ ...defaultPrices, sqs: { millionRequests: 40 } }),
    ),
    writeFile(inFolder('wrong-prices.yaml'), '{ version: 1, region: us-east-1 }'),
    writeFile(inFolder('arrivals.csv'), 'from,seconds,uploads\n0,0,10\n5,10,20\n'),
    writeFile(inFolder('overlap.csv'), 'from,seconds,uploads\n0,9,10\n5,10,20\n'),
    writeFile(inFolder('words.csv'), 'from,seconds,uploads\n0,soon,10\n'),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  said = { out: '', error: '' };
});

const recipe = `{ name: photos, match: { prefix: uploads/ }, variants: [{ name: web, steps: [{ resize: { width: 60 } }, { encode: webp }] }, { name: thumb, steps: [{ resize: { width: 20 } }] }] }`;
const stack = `
config:
  darkroom:pipeline:
    recipes: [${recipe}]
    function: { memory: 3538, architecture: x86_64 }
    queue: { batchSize: 4 }
    encryption: { kms: true }
    events: {}
`;

const inFolder = (name: string) => path.join(folder, name);
const streams = {
  stdout: { write: (text: string) => void (said.out += text) },
  stderr: { write: (text: string) => void (said.error += text) },
  stdin: {},
  env: {},
};
const darkroom = (...args: string[]) => run(args, { streams });
const json = (): unknown => JSON.parse(said.out);

describe('estimate', () => {
  test('measures requests, bytes and CPU time of each photo and adds up the cost', async () => {
    const args = [inFolder('recipe.yaml'), inFolder('photos'), '--json'];
    expect(await darkroom('estimate', ...args)).toBe(0);
    const result = estimate.output.parse(json()) as Estimate;
    expect(result.measured.map(({ name }) => name)).toEqual(
      ['a.jpg', 'trip/b.jpg'].map((name) => inFolder(`photos/${name}`)),
    );
    // LIST, two outputs and the manifest; GET and HEAD.
    for (const photo of result.measured) expect(photo).toMatchObject({ writes: 4, reads: 2 });
    for (const { cpuSeconds } of result.measured) expect(cpuSeconds).toBeGreaterThan(0);
    expect(result.measured[0]?.uploadBytes).toBe((await readFile(inFolder('photos/a.jpg'))).length);
    const { total, parts } = uploadCost(result.average, result.settings, defaultPrices);
    expect(result.total).toBeCloseTo(total);
    expect(result.parts).toEqual(parts);
    expect(result.settings).toMatchObject({ memory: 1769, messagesPerCall: 5, kms: false });
  });

  test('takes memory, architecture, batch size, key and events from a stack file', async () => {
    const args = [inFolder('stack.yaml'), inFolder('photos/a.jpg'), '--json'];
    expect(await darkroom('estimate', ...args)).toBe(0);
    expect((json() as Estimate).settings).toEqual({
      ...{ memory: 3538, architecture: 'x86_64', ephemeralStorage: 512 },
      ...{ messagesPerCall: 4, kms: true, events: true },
    });
  });

  test('prints the parts with their shares, the memory sizes and the cheapest', async () => {
    const args = [inFolder('recipe.yaml'), inFolder('photos/a.jpg')];
    expect(await darkroom('estimate', ...args)).toBe(0);
    expect(said.out).toMatch(/^Recipe photos, 1 photo, on average: \d+ ms of CPU time/);
    expect(said.out).toMatch(/S3, PUT and LIST +\$20 +[\d.]+ %/);
    expect(said.out).toMatch(/total .* 100 %/);
    expect(said.out).toMatch(/1,769 .*this stack/);
    expect(said.out).toMatch(/cheapest/);
    expect(said.out).toContain('prices of us-east-1 on');
  });

  test('uses another price table', async () => {
    const args = [inFolder('recipe.yaml'), inFolder('photos/a.jpg'), '--json'];
    expect(await darkroom('estimate', ...args, '--prices', inFolder('prices.yaml'))).toBe(0);
    expect((json() as Estimate).parts.sqs).toBeCloseTo(40 * (1 + 2 / 5));
  });

  test('names rejected photos, counts the others and exits with 1', async () => {
    const args = [inFolder('recipe.yaml'), inFolder('photos/a.jpg'), inFolder('text.jpg')];
    expect(await darkroom('estimate', ...args)).toBe(1);
    expect(said.out).toMatch(/^Recipe photos, 1 photo,/);
    expect(said.error).toMatch(/text\.jpg would be rejected.*UNSUPPORTED_FORMAT/s);
  });
});

describe('simulate', () => {
  test('prints the drain of a burst as text and writes it as SVG', async () => {
    const svg = inFolder('burst.svg');
    const args = ['--burst', '10000', '--service', '0.5', '--svg', svg];
    expect(await darkroom('simulate', ...args)).toBe(0);
    expect(said.out).toMatch(/^A model of SQS and Lambda, not a measurement/);
    expect(said.out).toContain('services-sqs-scaling.html');
    expect(said.out).toMatch(/processed +10,000/);
    const drawing = await readFile(svg, 'utf8');
    expect(drawing).toMatch(/^<svg xmlns=/);
    expect(drawing).toContain('A model of SQS and Lambda, not a measurement');
    expect(drawing).toContain('10,000 uploads');
    expect(drawing).toContain('services-sqs-scaling.html');
    expect(drawing).not.toMatch(/<script|undefined|NaN/);
  });

  test('drains ten calls of five messages as long as they take', async () => {
    const args = ['--burst', '1000', '--service', '1', '--cold-start', '0', '--json'];
    expect(await darkroom('simulate', ...args)).toBe(0);
    const result = simulate.output.parse(json()) as { seconds: number; maxConcurrency: number };
    expect(result.maxConcurrency).toBe(10);
    expect(result.seconds).toBeGreaterThanOrEqual(100);
    expect(result.seconds).toBeLessThanOrEqual(105);
  });

  test('reads arrivals from a table', async () => {
    const args = ['--csv', inFolder('arrivals.csv'), '--service', '0.1', '--json'];
    expect(await darkroom('simulate', ...args)).toBe(0);
    expect(json()).toMatchObject({ uploads: 30, succeeded: 30 });
  });

  test('takes measured service times from an estimate, and counts S3', async () => {
    await darkroom('estimate', inFolder('recipe.yaml'), inFolder('photos'), '--json');
    await writeFile(inFolder('estimate.json'), said.out);
    said.out = '';
    const args = ['--rate', '2', '--for', '1m', '--estimate', inFolder('estimate.json'), '--json'];
    expect(await darkroom('simulate', inFolder('stack.yaml'), ...args)).toBe(0);
    expect(json()).toMatchObject({
      uploads: 120,
      serviceSeconds: { values: 2 },
      settings: { memory: 3538, batchSize: 4 },
      // LIST and three PUT, GET and HEAD for each upload.
      dollars: { s3: expect.closeTo((120 / 1000) * (4 * 0.005 + 2 * 0.0004)) },
    });
  });

  test('exits with 1 if messages end in the dead-letter queue', async () => {
    const args = ['--burst', '10', '--service', '1', '--failures', '100%', '--json'];
    expect(await darkroom('simulate', ...args)).toBe(1);
    expect(json()).toMatchObject({ succeeded: 0, deadLetters: 10, attempts: 50 });
  });
});

describe('a mistake is one message with a remedy, and exit code 2', () => {
  test.each<[string, string[], RegExp]>([
    [
      'no such photo',
      ['estimate', 'recipe.yaml', 'none.jpg'],
      /none\.jpg cannot be read.*Give the path/s,
    ],
    ['no such recipe file', ['estimate', 'none.yaml', 'text.jpg'], /none\.yaml cannot be read/],
    [
      'an unknown recipe',
      ['estimate', 'two.yaml', 'text.jpg', '--recipe', 'c'],
      /has no recipe "c"; there are: photos, b/,
    ],
    ['several recipes', ['estimate', 'two.yaml', 'text.jpg'], /several recipes: photos, b/],
    [
      'the same photo twice',
      ['estimate', 'recipe.yaml', 'text.jpg', 'text.jpg'],
      /would both be "text\.jpg"/,
    ],
    [
      'an incomplete price table',
      ['estimate', 'recipe.yaml', 'text.jpg', '--prices', 'wrong-prices.yaml'],
      /not a valid price table:.*lambda/s,
    ],
    ['no arrivals', ['simulate', '--service', '1'], /no uploads to simulate.*--burst/s],
    ['no service times', ['simulate', '--burst', '1'], /Exactly one option.*--service/s],
    [
      'a duration without a unit',
      ['simulate', '--rate', '1', '--for', 'soon', '--service', '1'],
      /--for: must be a duration/,
    ],
    [
      'rows that overlap',
      ['simulate', '--csv', 'overlap.csv', '--service', '1'],
      /row 2 starts before row 1 ends/,
    ],
    [
      'rows with words',
      ['simulate', '--csv', 'words.csv', '--service', '1'],
      /row 1: .*is not valid/,
    ],
    [
      'a wrong estimate',
      ['simulate', '--burst', '1', '--estimate', 'recipe.yaml'],
      /not the output of/,
    ],
  ])('%s', async (_, args, message) => {
    const files = args.map((arg) => (/\.(?:jpg|yaml|csv)$/.test(arg) ? inFolder(arg) : arg));
    expect(await darkroom(...files)).toBe(2);
    expect(said.out).toBe('');
    expect(said.error.replaceAll(/\s+/g, ' ')).toMatch(message);
  });

  test('a photo that the recipe rejects cannot be measured', async () => {
    expect(await darkroom('estimate', inFolder('recipe.yaml'), inFolder('text.jpg'))).toBe(1);
    expect(said.error).toMatch(/text\.jpg would be rejected: UNSUPPORTED_FORMAT/);
  });
});
