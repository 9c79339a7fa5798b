import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  decodersOf,
  formatEnvironment,
  parseSettings,
  RECIPE_FORMATS,
  transportRecipes,
} from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';

/** The package for this machine; Nx builds it before the tests (project.json). */
const folder = path.resolve(import.meta.dirname, '../dist/host');
const checkout = path.resolve(import.meta.dirname, '../../..');
const recipes = [{ name: 'photos', variants: [{ name: 'thumb', steps: ['rotate' as const] }] }];
const variables = formatEnvironment(parseSettings({ recipes }, 'test'), transportRecipes(recipes), {
  sourceBucket: 'source',
  processedBucket: 'processed',
  queueUrl: 'http://127.0.0.1:1/queue',
  deadLetterQueueUrl: 'http://127.0.0.1:1/dead-letters',
});

const PROGRAM = `
  const { handler } = await import('./index.mjs');
  const lambda = { getRemainingTimeInMillis: () => 30_000 };
  console.log(JSON.stringify(await handler({ Records: [] }, lambda)));
`;

/** Prints how many maps the start reads, whether the first stack trace reads some, and the trace. */
const FAILING_PROGRAM = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { readFileSync } = fs;
  let maps = 0;
  fs.readFileSync = (file, ...options) => {
    if (String(file).endsWith('.map')) maps++;
    return readFileSync(file, ...options);
  };
  syncBuiltinESMExports();
  const { handler } = await import('./index.mjs');
  const atStart = maps;
  const { stack } = await handler({}, {}).catch((error) => error);
  console.log(JSON.stringify({ atStart, isRead: maps > atStart, stack }));
`;

/** As Lambda starts it: a fresh process with nothing but the function's own variables. */
function start(environment: Readonly<Record<string, string>>, program = PROGRAM) {
  const args = ['--input-type=module', '--eval', program];
  const env = { AWS_REGION: 'us-east-1', LAMBDA_TASK_ROOT: folder, ...environment };
  return promisify(execFile)(process.execPath, args, { cwd: folder, env });
}

/** Of what a start reads, with some room for updates of packages. */
const [MOST_BYTES, MOST_MODULES] = [1_010_000, 765];

function scriptsBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(
      ({ name, parentPath }) => name.endsWith('.mjs') && !parentPath.includes('node_modules/@'),
    )
    .map(({ name, parentPath }) => path.join(parentPath, name));
}

function bundle(): string[] {
  return scriptsBelow(folder);
}

/** What Node loads for the function's start: the handler's file and its static imports. */
function readAtStart(file = path.join(folder, 'index.mjs'), found = new Set<string>()): string[] {
  if (found.has(file)) return [];
  found.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*"(\.[^"]+\.mjs)"/g);
  for (const [, name = ''] of imports) readAtStart(path.join(path.dirname(file), name), found);
  return [...found];
}

function sourcesOf(file: string): string[] {
  const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
  return sources.map((source) => path.resolve(path.dirname(file), source));
}

/** The last line; the metrics of the call come before it. */
function answerIn(stdout: string): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('the built package', () => {
  test('answers an empty batch in a fresh process', async () => {
    const { stdout, stderr } = await start(variables);
    expect(answerIn(stdout)).toEqual({ batchItemFailures: [] });
    expect(stderr).toBe('');
  });

  test('starts with tracing too', async () => {
    const { stdout } = await start({ ...variables, POWERTOOLS_TRACE_ENABLED: 'true' });
    expect(answerIn(stdout)).toEqual({ batchItemFailures: [] });
  });

  test('starts with an event bus too', async () => {
    const bus = 'arn:aws:events:us-east-1:123456789012:event-bus/photos-outcomes';
    const { stdout } = await start({ ...variables, DARKROOM_EVENT_BUS: bus });
    expect(answerIn(stdout)).toEqual({ batchItemFailures: [] });
  });

  test('says what is wrong with its environment before anything else', async () => {
    const { DARKROOM_LIMITS: _limits, ...rest } = variables;
    await expect(start({ ...rest, DARKROOM_CONCURRENCY: 'many' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /The function's environment is not valid:\n {2}DARKROOM_LIMITS: is missing: expected text\n {2}DARKROOM_CONCURRENCY: /,
      ),
    });
  });

  test('names the sources in its stack traces, and reads their maps only then', async () => {
    const { stdout } = await start(variables, FAILING_PROGRAM);
    expect(answerIn(stdout)).toEqual({
      atStart: 0,
      isRead: true,
      stack: expect.stringMatching(
        /^TypeError: Cannot read .*\n {4}at .*\/apps\/resizer\/src\/handler\.ts:\d+:\d+\)/,
      ) as string,
    });
  });

  // A namespace that is used as a value keeps all of Zod in the bundle: its 40 languages too, 350 kB.
  test('holds no more of Zod than is used', () => {
    for (const file of bundle())
      expect(readFileSync(file, 'utf8')).not.toContain('Ungültige Eingabe');
  });

  // As one file the bundle has 2 MB, most of which nearly no start needs.
  test('reads at its start nothing that only some recipes and settings need', () => {
    const lazy = [
      'fontkit',
      'exifr',
      'ssim.js',
      '@aws-sdk/client-sqs',
      '@aws-sdk/client-eventbridge',
      '@aws-lambda-powertools/tracer',
    ];
    const packages = (files: readonly string[]) => {
      const text = files.map((file) => readFileSync(`${file}.map`, 'utf8')).join();
      return lazy.filter((name) => text.includes(`node_modules/${name}/`));
    };
    expect(packages(bundle())).toEqual(lazy);
    expect(packages(readAtStart())).toEqual([]);
  });

  // A start compiles and runs all of it. Raise the numbers only for what every upload needs.
  test('has a pinned size at its start', () => {
    const files = readAtStart();
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const modules = new Set(files.flatMap(sourcesOf));
    console.log(`a start reads ${bytes} bytes of ${modules.size} modules`);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(modules.size).toBeLessThan(MOST_MODULES);
  });

  // Deployments add the rest for recipes that allow their formats, or write PDF.
  test('has of each decoder only the module that names it, and none of their packages', () => {
    const apart = `${folder}-decoders`;
    const decoders = decodersOf([{ formats: RECIPE_FORMATS }]).map(({ name }) => name);
    expect(decoders).toContain('heic');
    expect(readdirSync(apart)).toEqual([...decoders, 'encode-pdf'].sort());
    const [own, ofParts] = [bundle(), scriptsBelow(apart)].map((files) => [
      ...new Set(files.flatMap(sourcesOf).map((file) => path.relative(checkout, file))),
    ]) as [string[], string[]];
    const packages = (sources: readonly string[]) =>
      new Set(
        sources.flatMap(
          (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(file)?.[1] ?? [],
        ),
      );
    expect([...packages(ofParts)]).toEqual(
      expect.arrayContaining(['libheif-js', '@hyzyla/pdfium', '@cantoo/pdf-lib']),
    );
    const shared = [...packages(ofParts)].filter((name) => packages(own).has(name));
    expect(shared).toEqual([]);
    expect(own.filter((file) => file.startsWith('libs/decoder-')).sort()).toEqual(
      decoders.map((name) => `libs/decoder-${name}/src/${name}.ts`).sort(),
    );
  });

  test('starts without the decoders of formats that a recipe allows, and without the writer of PDF', async () => {
    const [recipe] = recipes;
    const formats = ['jpeg', 'heic', 'pdf', 'dicom', 'fits'];
    const variants = [
      ...(recipe?.variants ?? []),
      { name: 'document', steps: [{ encode: 'pdf' }] },
    ];
    const text = JSON.stringify([{ ...recipe, formats, variants }]);
    const environment = { ...variables, DARKROOM_RECIPES: text };
    const { stdout, stderr } = await start(environment);
    expect(answerIn(stdout)).toEqual({ batchItemFailures: [] });
    expect(stderr).toBe('');
  });
});
