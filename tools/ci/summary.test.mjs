import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
let root;

/** A checkout with this folder's scripts in it, as `.ci/run` finds them before `npm ci`. */
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'darkroom-ci-'));
  await mkdir(path.join(root, 'tools/ci'), { recursive: true });
  for (const script of ['summary.mjs', 'add-up.mjs', 'read-reports.mjs']) {
    await cp(path.join(import.meta.dirname, script), path.join(root, 'tools/ci', script));
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A project whose Vitest left `report`, if any. */
async function project(folder, report) {
  await mkdir(path.join(root, folder, 'test-results'), { recursive: true });
  await writeFile(path.join(root, folder, 'vitest.config.mjs'), '');
  if (report !== undefined) {
    await writeFile(path.join(root, folder, 'test-results/vitest.json'), report);
  }
}

/** What a process printed and its exit code. */
async function summary() {
  const script = path.join(root, 'tools/ci/summary.mjs');
  const result = await run(process.execPath, [script]).catch((error) => error);
  return { code: result.code ?? 0, lines: result.stdout.trim().split('\n') };
}

const passing = JSON.stringify({
  success: true,
  testResults: [
    {
      name: 'x.test.ts',
      status: 'passed',
      message: '',
      assertionResults: [{ fullName: 'works', status: 'passed' }],
    },
  ],
});

test('all passed: exit code 0, and nothing but the line', async () => {
  await project('libs/events', passing);
  await project('apps/local', passing);
  await project('lab', passing);
  expect(await summary()).toEqual({ code: 0, lines: ['3 passed, 0 failed'] });
});

test('a project without a report, or with half of one, is named and fails the run', async () => {
  await project('libs/events', passing);
  await project('libs/pipeline', undefined);
  await project('libs/transforms', passing.slice(0, -20));
  expect(await summary()).toEqual({
    code: 1,
    lines: [
      'FAILED   libs/pipeline: left no report',
      'FAILED   libs/transforms: left no report',
      '1 passed, 2 failed',
    ],
  });
});

test('a folder without a Vitest configuration is not a project', async () => {
  await mkdir(path.join(root, 'apps/console'), { recursive: true });
  await project('libs/events', passing);
  expect((await summary()).lines).toEqual(['1 passed, 0 failed']);
});
