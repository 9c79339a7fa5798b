/** Runs every command line of `darkroom` that a document shows. */
import { globSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Client } from '../testing/client.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, temporaryDirectory, type RunningStack } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { darkroom } from './darkroom.ts';

const PAGES = [
  '*.md',
  'docs/*.md',
  'apps/*/README.md',
  'apps/cli/npm/README.md',
  'libs/*/README.md',
  'examples/*/README.md',
  'lab/README.md',
];
const pages = globSync(PAGES, { cwd: CHECKOUT }).sort();
const textOf = (page: string) => readFileSync(path.join(CHECKOUT, page), 'utf8');

const CALL = /^(?:npm run (?:-s )?darkroom --|npx @darkroom\/cli|darkroom) (?<rest>[^#|>]+)/;

/** Lines of shell blocks, and code in sentences. */
function callsOf(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n(?<code>.*?)```/gs)].flatMap(
    ({ groups }) => groups?.['code']?.split('\n') ?? [],
  );
  const inline = [...text.matchAll(/`(?<code>[^`\n]+)`/g)].map(
    ({ groups }) => groups?.['code'] ?? '',
  );
  return [...blocks, ...inline].flatMap((line) => CALL.exec(line)?.groups?.['rest']?.trim() ?? []);
}

const calls = [...new Set(pages.flatMap((page) => callsOf(textOf(page))))].filter(
  // `darkroom complete` prints a script, which another test runs. The others name a command without its arguments.
  (call) => !/^(?:COMMAND|complete\b|(?:render|explain|estimate|simulate|init|upload)$)/.test(call),
);

const RECIPE = '{ name: photos, variants: [{ name: w9, steps: [{ resize: { width: 9 } }] }] }';

let running: RunningStack;
let client: Client;
let folder: string;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
  folder = await temporaryDirectory();
  const {
    endpoint,
    region,
    sourceBucket,
    processedBucket,
    queueUrl,
    deadLetterQueueUrl,
    settings,
  } = client.stack;
  const outputs = { sourceBucket, processedBucket, queueUrl, deadLetterQueueUrl, settings };
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  // Pulumi's CLI as `--stack` calls it.
  await writeFile(path.join(folder, 'outputs.json'), JSON.stringify(outputs));
  await writeFile(path.join(bin, 'pulumi'), `#!/bin/sh\ncat '${folder}/outputs.json'\n`);
  await chmod(path.join(bin, 'pulumi'), 0o755);
  for (const file of ['cat.jpg', 'photo.jpg'])
    await writeFile(path.join(folder, file), await picture());
  await mkdir(path.join(folder, 'photos'));
  await writeFile(path.join(folder, 'photos/dog.jpg'), await picture());
  for (const file of ['Pulumi.local.yaml', 'Pulumi.dev.yaml', 'Pulumi.prod.yaml']) {
    await copyFile(path.join(CHECKOUT, file), path.join(folder, file));
  }
  await copyFile(
    path.join(CHECKOUT, 'libs/economics/src/us-east-1.json'),
    path.join(folder, 'prices.json'),
  );
  await writeFile(path.join(folder, 'recipe.yaml'), RECIPE);
  await writeFile(path.join(folder, 'other.yaml'), RECIPE.replaceAll('9', '8'));
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  vi.stubEnv('INIT_CWD', folder);
  vi.stubEnv('XDG_STATE_HOME', folder);
  vi.stubEnv('DARKROOM_URL', running.local.url);
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_REGION', region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await running.stop();
});

test('the documents show command lines', () => {
  expect(calls.length).toBeGreaterThan(20);
  expect(callsOf('a `darkroom status KEY` b\n```sh\nnpx @darkroom/cli watch # x\n```')).toEqual([
    'watch',
    'status KEY',
  ]);
});

test.each(calls)('darkroom %s', async (call) => {
  await client.uploadAndWait('uploads/cat.jpg', await picture());
  const args = call
    .split(/\s+/)
    // The standard input of this process is the test runner's.
    .map((word) => ({ KEY: 'uploads/cat.jpg', STACK: 'prod', '-': 'recipe.yaml' })[word] ?? word);
  // A stack file is never overwritten.
  if (args[0] === 'init') vi.stubEnv('INIT_CWD', await mkdtemp(path.join(folder, 'init-')));
  // It runs until Ctrl-C: its help shows that the line is understood.
  if (args[0] === 'dev') args.push('--help');
  const interruption = new AbortController();
  const isServer = args[0] === 'console' && args.includes('--stack');
  if (isServer) args.push('--port', '0');
  const endless = isServer || (args[0] === 'watch' && !args.includes('--until-idle'));
  if (endless) setTimeout(() => interruption.abort(), 100);
  const { exitCode, stderr } = await darkroom(args, interruption.signal);
  vi.stubEnv('INIT_CWD', folder);
  expect(exitCode, stderr).toBe(endless ? 130 : 0);
});

describe('the name darkroom on npm belongs to another project', () => {
  const sources = [...pages, ...globSync('docs/**/*.{dot,svg}', { cwd: CHECKOUT })];
  test.each(sources)('%s does not run it', (page) => {
    expect(textOf(page)).not.toMatch(/\b(?:npx|npm (?:exec|i|install)(?: -g)?) darkroom\b/);
  });
});
