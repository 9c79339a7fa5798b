import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { MemoryCloud, memoryHandlers } from './memory-cloud.ts';
import { run, type Program } from './run.ts';

/** Empty before each test. */
export let cloud: MemoryCloud;
/** Of the state; a folder of its own for each test. */
export let dataDir: string;

/** Call it in each test file: an import runs only once where several files share their modules. */
export function useFreshDeployments(): void {
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'deployment-'));
    cloud = new MemoryCloud();
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));
}

export const deploy = (program: Program) => run(memoryHandlers, cloud, dataDir, program);

/** What a deployment that has to fail fails with. */
export const failure = (program: Program) =>
  deploy(program).then(
    () => expect.unreachable('the deployment succeeded'),
    (error: unknown) => error,
  );
