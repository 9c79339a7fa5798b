/** A setup file of Vitest: each test file begins as if its thread were new. */
import { inject } from 'vitest';

const thread = globalThis as {
  environmentAtStart?: NodeJS.ProcessEnv;
  [namespace: string]: unknown;
};

const first = (thread.environmentAtStart ??= { ...process.env });
for (const name of Object.keys(process.env))
  if (!(name in first) && !name.startsWith('VITEST')) delete process.env[name];
Object.assign(process.env, first);

// Stryker activates a mutant before the first test if it knows the test files. The code that runs on import has run then,
// with the mutant of the previous run. Sources that stay loaded never run it with a mutant, which they would keep.
const provided = inject as (key: string) => string | undefined;
const namespace = provided('globalNamespace');
if (namespace !== undefined) {
  const stryker = (thread[namespace] ??= {}) as { activeMutant: string | undefined };
  const changesImports = provided('mode') === 'mutant' && process.env.KEEPS_SOURCES !== 'true';
  stryker.activeMutant = changesImports ? provided('activeMutant') : undefined;
}
