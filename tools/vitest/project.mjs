import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * The Vitest configuration of all projects. Tests are next to their sources, run in Node,
 * and write a JSON report that `.ci/run` adds up.
 *
 * @param {string} root the project's folder
 * @param {import('vitest/config').TestUserConfig} [test] options of this project
 */
export function project(root, test = {}) {
  return defineConfig({
    root,
    cacheDir: path.join(root, 'node_modules/.vite'),
    test: {
      name: path.basename(root),
      include: ['src/**/*.test.ts'],
      environment: 'node',
      // A time limit only ends a test that hangs: machines may be slow, and other projects run at the same time.
      testTimeout: 900_000,
      hookTimeout: 900_000,
      // Projects run side by side on as few as two cores.
      maxWorkers: 2,
      reporters: [
        'default',
        ['json', { outputFile: path.join(root, 'test-results/vitest.json') }],
        { onTestRunEnd: (_modules, errors) => writeUnhandledErrors(root, errors) },
      ],
      ...test,
    },
  });
}

/**
 * Vitest fails a run with such errors, though all tests pass and its JSON report does not know them.
 *
 * @param {string} root
 * @param {readonly { stack?: string, message?: string }[]} errors
 */
function writeUnhandledErrors(root, errors) {
  const file = path.join(root, 'test-results/unhandled-errors.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(errors.map(({ stack, message }) => stack ?? message ?? '')));
}
