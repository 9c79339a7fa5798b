/** Every case of `fixtures/cases.json` through the local stack: real S3, SQS and the built handler. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '@darkroom/pipeline';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startStack, type RunningStack } from '../testing/running-stack.ts';
import { CHECKOUT, createWorkspace, type Workspace } from '../testing/workspace.ts';

const FIXTURES = path.join(import.meta.dirname, 'fixtures');
/** Pixels of a side of the pictures that `cases.json` records. */
const SIDE = 16;

interface Expected {
  readonly outcome: 'done' | 'rejected';
  readonly code?: string;
  readonly width?: number;
  readonly height?: number;
  readonly picture?: readonly (readonly [number, number, number])[];
  readonly tolerance?: number;
  readonly variants?: readonly string[];
  readonly maxCpuSeconds?: number;
  readonly maxMemoryMiB?: number;
  readonly metadata?: {
    readonly contains: readonly string[];
    readonly containsNot?: readonly string[];
  };
}

interface Case {
  readonly file: string;
  readonly kind: string;
  readonly recipe?: object;
  readonly expected: Expected | { readonly anyOf: readonly Expected[] };
}

const cases = JSON.parse(readFileSync(path.join(FIXTURES, 'cases.json'), 'utf8')) as Case[];

let workspace: Workspace;
let running: RunningStack;

beforeAll(async () => {
  workspace = await createWorkspace();
  const { config } = parse(await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8')) as {
    config: { 'darkroom:pipeline': { recipes: object[] } };
  };
  const local = config['darkroom:pipeline'];
  const recipes = cases.flatMap(({ recipe }, index) =>
    recipe === undefined
      ? []
      : [{ name: `case-${index}`, match: { prefix: `case-${index}/` }, ...recipe }],
  );
  await workspace.writeStack('local', { ...local, recipes: [...local.recipes, ...recipes] });
  running = await startStack({ workspace: workspace.directory });
});

afterAll(async () => {
  await running.stop();
  await workspace.remove();
});

test.each(cases.map((item, index) => [item.file, item.kind, item, index] as const))(
  '%s: %s',
  async (file, _kind, { recipe, expected }, index) => {
    const key = `${recipe === undefined ? 'uploads' : `case-${index}`}/${file}`;
    const before = cpuSeconds();
    const manifest = await running.client.uploadAndWait(
      key,
      await readFile(path.join(FIXTURES, file)),
    );
    const cost = { cpuSeconds: cpuSeconds() - before, memoryMiB: peakMemoryMiB() };
    const alternatives = 'anyOf' in expected ? expected.anyOf : [expected];
    const differences = await Promise.all(
      alternatives.map((alternative) => differencesFrom(alternative, manifest, cost)),
    );
    // One alternative has to match completely; the message of a failure shows what each of them lacks.
    expect(differences.some((list) => list.length === 0) ? [] : differences).toEqual([]);
  },
);

async function differencesFrom(
  expected: Expected,
  manifest: Manifest,
  cost: { readonly cpuSeconds: number; readonly memoryMiB: number },
): Promise<string[]> {
  const found: string[] = [];
  const compare = (
    name: string,
    is: string | number | undefined,
    should: string | number | undefined,
  ) => {
    if (should !== undefined && is !== should) found.push(`${name} is ${is}, not ${should}`);
  };
  compare('outcome', manifest.status, expected.outcome);
  if (manifest.status === 'rejected') {
    compare('code', manifest.error.code, expected.code);
    return found;
  }
  compare('width', manifest.source.width, expected.width);
  compare('height', manifest.source.height, expected.height);
  const made = manifest.outputs.map(({ variant }) => variant);
  for (const variant of expected.variants ?? [])
    if (!made.includes(variant)) found.push(`variant ${variant} is missing`);
  if (cost.cpuSeconds > (expected.maxCpuSeconds ?? Infinity))
    found.push(`took ${cost.cpuSeconds} CPU seconds`);
  if (cost.memoryMiB > (expected.maxMemoryMiB ?? Infinity))
    found.push(`took ${cost.memoryMiB} MiB`);
  for (const output of manifest.outputs) {
    const body = (await running.client.read(output.key))?.body ?? Buffer.alloc(0);
    const { contains = [], containsNot = [] } = expected.metadata ?? {};
    for (const text of contains)
      if (!body.includes(text)) found.push(`${output.variant} lacks "${text}"`);
    for (const text of containsNot)
      if (body.includes(text)) found.push(`${output.variant} has "${text}"`);
    if (output.fit === 'cover' || expected.picture === undefined) continue;
    const off = rootMeanSquare(await averages(body), expected.picture.flat());
    if (off > (expected.tolerance ?? 0))
      found.push(`${output.variant} is off by ${off.toFixed(1)}, at most ${expected.tolerance}`);
  }
  return found;
}

/** The picture in sRGB on white, as 16 × 16 averages. */
async function averages(file: Buffer): Promise<number[]> {
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .flatten({ background: '#ffffff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number, band: number) =>
    data[(y * info.width + x) * info.channels + (info.channels < 3 ? 0 : band)] ?? 0;
  // A side below 16 pixels is repeated.
  const range = (index: number, length: number) => {
    const from = Math.floor((index * length) / SIDE);
    return [from, Math.max(from + 1, Math.floor(((index + 1) * length) / SIDE))] as const;
  };
  const result: number[] = [];
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      const [top, bottom] = range(row, info.height);
      const [left, right] = range(column, info.width);
      for (let band = 0; band < 3; band++) {
        let sum = 0;
        for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += at(x, y, band);
        result.push(sum / ((bottom - top) * (right - left)));
      }
    }
  return result;
}

function rootMeanSquare(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0) / a.length);
}

/** CPU time of the function's processes so far; 0 if the system has no /proc. */
function cpuSeconds(): number {
  const ticks = running.local.lambda.pids().map((pid) => {
    const stat = readProc(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
    return Number(stat[11] ?? 0) + Number(stat[12] ?? 0);
  });
  // Linux counts 100 ticks a second (proc(5), sysconf(_SC_CLK_TCK)).
  return ticks.reduce((sum, value) => sum + value, 0) / 100;
}

/** The largest resident memory of any process of the function so far. */
function peakMemoryMiB(): number {
  const peaks = running.local.lambda
    .pids()
    .map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readProc(`/proc/${pid}/status`))?.[1] ?? 0));
  return Math.max(0, ...peaks) / 1024;
}

function readProc(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
