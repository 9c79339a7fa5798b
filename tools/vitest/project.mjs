import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * The shared Vitest configuration: tests are next to the sources and run in Node.
 * They write a JSON report that `.ci/run` adds up.
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
      // Test machines are slow and noisy: a time limit only ends a test that hangs.
      testTimeout: 120_000,
      hookTimeout: 300_000,
      // Projects run side by side on as few as two cores.
      maxWorkers: 2,
      reporters: ['default', ['json', { outputFile: path.join(root, 'test-results/vitest.json') }]],
      ...test,
    },
  });
}
