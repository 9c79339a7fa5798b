import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * The one Vitest configuration: every project's tests stand beside its sources, in Node,
 * and leave a JSON report that `.ci/run` adds up.
 *
 * @param {string} root the project's folder
 * @param {import('vitest/config').TestUserConfig} [test] what this project needs differently
 */
export function project(root, test = {}) {
  return defineConfig({
    root,
    cacheDir: path.join(root, 'node_modules/.vite'),
    test: {
      name: path.basename(root),
      include: ['src/**/*.test.ts'],
      environment: 'node',
      // The machines that run this are slow and noisy: a time limit only ends what hangs.
      testTimeout: 120_000,
      hookTimeout: 300_000,
      // Projects run side by side on as few as two cores.
      maxWorkers: 2,
      reporters: ['default', ['json', { outputFile: path.join(root, 'test-results/vitest.json') }]],
      ...test,
    },
  });
}
