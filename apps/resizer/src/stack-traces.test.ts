import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { transform } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SOURCE = `// A comment, which the bundle leaves out.
function refusePicture() {
  throw new RangeError('no pixels');
}
export function start(work = refusePicture) {
  work();
}
`;

interface Bundle {
  readonly start: (work?: () => void) => void;
}

const before: unknown = Reflect.get(Error, 'prepareStackTrace');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  await import('./stack-traces.ts');
});
afterAll(async () => {
  Reflect.set(Error, 'prepareStackTrace', before);
  await rm(folder, { recursive: true, force: true });
});

/** Runs a minified file under its URL, as Node.js does. @param map next to it, undefined for none */
async function bundle(name: string, map?: (map: string) => string): Promise<Bundle> {
  const made = await transform(SOURCE, {
    ...{ minify: true, sourcemap: 'external', sourcefile: 'src/picture.ts' },
    ...{ format: 'iife', globalName: 'bundle' },
  });
  const file = path.join(folder, name);
  if (map) await writeFile(`${file}.map`, map(made.map));
  const filename = pathToFileURL(file).href;
  return runInThisContext(`${made.code};bundle`, { filename }) as Bundle;
}

/** The message and the frames of the bundle's files. */
function stackOf(work: () => void): string[] {
  try {
    work();
  } catch (error) {
    const lines = (error as Error).stack?.split('\n') ?? [];
    return lines.filter((line, index) => index === 0 || line.includes(folder));
  }
  throw new Error('it has not thrown');
}

test('a trace names the lines of the sources, not those of the minified bundle', async () => {
  const { start } = await bundle('mapped.mjs', (map) => map);
  const source = path.join(folder, 'src/picture.ts');
  expect(stackOf(() => start())).toEqual([
    'RangeError: no pixels',
    expect.stringMatching(new RegExp(`^    at \\S+ \\(${source}:3:\\d+\\)$`)),
    expect.stringMatching(new RegExp(`^    at \\S+ \\(${source}:6:\\d+\\)$`)),
  ]);
});

test.each([
  ['without a map', undefined],
  ['whose map is damaged', () => 'rubbish'],
  [
    'whose map does not have the place',
    (map: string) => map.replace(/"mappings": ".*?"/, '"mappings": ""'),
  ],
])('a trace of a file %s is as V8 writes it', async (what, map) => {
  const name = `${what.replaceAll(' ', '-')}.mjs`;
  const { start } = await bundle(name, map);
  const url = pathToFileURL(path.join(folder, name)).href;
  expect(stackOf(() => start())).toEqual([
    'RangeError: no pixels',
    expect.stringMatching(new RegExp(`^    at \\S+ \\(${url}:\\d+:\\d+\\)$`)),
    expect.stringMatching(new RegExp(`^    at \\S+ \\(${url}:\\d+:\\d+\\)$`)),
  ]);
});

test('frames of Node.js and of built-in functions stay as they are', () => {
  const stack = () => new Error('here').stack?.split('\n') ?? [];
  expect([1].map(stack).flat()).toContain('    at Array.map (<anonymous>)');
});

test('a map is read at the first trace of its file, and once', async () => {
  const { start } = await bundle('once.mjs', (map) => map);
  const mapped = stackOf(() => start());
  await rm(path.join(folder, 'once.mjs.map'));
  expect(stackOf(() => start())).toEqual(mapped);
});
