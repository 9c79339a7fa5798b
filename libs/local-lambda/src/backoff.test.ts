import type * as Timers from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { EventSourceMapping } from './event-source-mapping.ts';
import { messageOf, scriptedSqs } from './testing/scripted-sqs.ts';

const waits: number[] = [];

// No wait is real, so that the longest ones are seen too.
vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof Timers>();
  const wait: typeof timers.setTimeout = (ms = 0, value, options) => {
    waits.push(ms);
    return timers.setTimeout(0, value, options);
  };
  return { ...timers, setTimeout: wait };
});

test('asks a queue that does not answer less and less often, at least every 5 seconds', async () => {
  const errors = Array.from({ length: 8 }, () => 'error' as const);
  const sqs = await scriptedSqs({ receives: [...errors, [messageOf('a')], 'error'] });
  const problems: string[] = [];
  const mapping = new EventSourceMapping(
    {
      ...{ id: 'mapping', queueUrl: sqs.url, queueArn: 'arn', functionName: 'f' },
      ...{ batchSize: 10, batchWindowSeconds: 0, reportBatchItemFailures: true },
    },
    sqs.host,
    { invoke: () => Promise.resolve({ status: 'succeeded', requestId: 'r', payload: '{}' }) },
    1,
    { onBatch: () => {}, onWork: () => {}, onProblem: (line) => problems.push(line) },
  );
  try {
    // The error after the message begins again with the shortest wait.
    await vi.waitFor(() => expect(sqs.of('ReceiveMessage')).toHaveLength(11));
  } finally {
    await mapping.stopPolling();
    mapping.close();
  }
  const doubled = [100, 200, 400, 800, 1600, 3200];
  expect(waits).toEqual([0, ...doubled, 5000, 5000, 0, 100]);
  // Stopped meanwhile, it does not know whether the queue answers.
  expect(problems.map((line) => line.replace(/^Cannot.*/, 'problem'))).toEqual([
    'problem',
    `${sqs.url} answers again`,
    'problem',
  ]);
});
