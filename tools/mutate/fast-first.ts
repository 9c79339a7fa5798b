import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Milliseconds: the longest run of each test file so far. A run that ends at a failure says too little. */
const longest = new Map<string, number>();

/**
 * The fastest test files run first. The first failure ends the run of a mutant, and most faults fail a fast test too. Vitest
 * begins with the slowest file, so that several threads end at the same time.
 */
export class FastFirst extends BaseSequencer {
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface wants a promise
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const { project, moduleId } of files) {
      const key = `${project.name}:${path.relative(this.ctx.config.root, moduleId)}`;
      const { duration = 0 } = this.ctx.cache.getFileTestResults(key) ?? {};
      longest.set(moduleId, Math.max(duration, longest.get(moduleId) ?? 0));
    }
    const duration = ({ moduleId }: TestSpecification) => longest.get(moduleId) ?? 0;
    return files.toSorted((a, b) => duration(a) - duration(b));
  }
}
