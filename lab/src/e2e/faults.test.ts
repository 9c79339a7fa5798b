/** Processes of the function die during their work, and the work is still done. */
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PATIENCE, type Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline, type Workspace } from '../testing/workspace.ts';

/** Seconds. A batch of small images takes far less, even on a slow machine. */
const FUNCTION_TIMEOUT = 40;
/** Seconds until the messages of the killed process are visible again; by default six times the function's timeout. */
const VISIBILITY_TIMEOUT = 50;

let workspace: Workspace;
let running: RunningStack;
let client: Client;

beforeAll(async () => {
  workspace = await createWorkspace();
  await workspace.writeStack(
    'e2e',
    smallPipeline(64, { function: { timeout: FUNCTION_TIMEOUT }, queue: { batchSize: 5 } }),
  );
  running = await startStack({ workspace: workspace.directory, stack: 'e2e' });
  client = running.client;
  await client.sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: client.stack.queueUrl,
      Attributes: { VisibilityTimeout: String(VISIBILITY_TIMEOUT) },
    }),
  );
});

afterAll(async () => {
  await running.stop();
  await workspace.remove();
});

test('a process that is killed during a batch', async () => {
  const body = await picture({ width: 1600, height: 1200 });
  const keys = Array.from({ length: 20 }, (_, index) => `uploads/${index}.jpg`);
  await Promise.all(keys.map((key) => client.upload(key, body)));

  const { lambda } = running.local;
  const failures = () => lambda.stats().reduce((sum, stats) => sum + stats.functionErrors, 0);
  // Repeat until a kill hits a process that handles a batch.
  await vi.waitFor(() => {
    const [pid] = lambda.pids();
    if (pid !== undefined && failures() === 0) process.kill(pid, 'SIGKILL');
    expect(failures()).toBeGreaterThan(0);
  }, PATIENCE);

  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
  const manifests = await Promise.all(keys.map((key) => client.manifestOf(key)));
  expect(manifests.map((manifest) => manifest?.status)).toEqual(keys.map(() => 'done'));
  expect(await new DeadLetters(client).all()).toEqual([]);
});
