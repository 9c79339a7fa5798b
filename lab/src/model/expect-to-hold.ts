import { expect } from 'vitest';
import type { Exploration } from './explore.ts';

/** Every run ended as it should; otherwise the test shows the run that did not. */
export function expectToHold({ failure }: Exploration): void {
  expect(failure, failure && [...failure.steps, failure.problem].join('\n')).toBeUndefined();
}
