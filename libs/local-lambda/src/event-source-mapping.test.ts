import type { SQSEvent } from 'aws-lambda';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLambda } from './index.ts';
import type { LambdaOptions, LocalLambda } from './index.ts';
import { fixture, isAlive, killProcess, PATIENCE } from './testing/fixtures.ts';
import { mappingFor, startQueues } from './testing/queues.ts';
import type { Queues, TestQueue } from './testing/queues.ts';
import type { BatchReport, EventSourceMappingSpec } from './types.ts';

let queues: Queues;
let queue: TestQueue;
let folder: string;
let lambda: LocalLambda | undefined;
let log: string[];
let reports: BatchReport[];

beforeEach(async () => {
  queues = await startQueues();
  // Nothing comes back by itself while a test runs, however slow the machine.
  queue = await queues.createQueue('work', { VisibilityTimeout: '3600' });
  folder = await mkdtemp(path.join(tmpdir(), 'event-source-mapping-'));
  log = [];
  reports = [];
});

afterEach(async () => {
  await lambda?.stop(0);
  lambda = undefined;
  await queues.stop();
  await rm(folder, { recursive: true });
});

async function start(
  changes: Partial<EventSourceMappingSpec> = {},
  options: Partial<LambdaOptions> = {},
): Promise<LocalLambda> {
  lambda = await startLambda({
    ...queues.host,
    functions: [fixture('records')],
    mappings: [mappingFor(queue, changes)],
    maxConcurrency: 2,
    onLog: (line) => log.push(line),
    onInvocation: (report) => reports.push(report),
    ...options,
  });
  return lambda;
}

/** The batches that the function got so far, in the order of their start. */
function batches(): SQSEvent[] {
  return log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as SQSEvent);
}

function bodies(event: SQSEvent | undefined): string[] {
  return (event?.Records ?? []).map(({ body }) => body);
}

async function untilDeleted(count: number) {
  await vi.waitFor(() => expect(lambda?.stats()[0]?.messagesDeleted).toBe(count), PATIENCE);
}

async function untilBatches(count: number) {
  await vi.waitFor(() => expect(batches()).toHaveLength(count), PATIENCE);
}

test('the event has exactly the shape that Lambda gives it', async () => {
  const sent = Date.now();
  const attributes = {
    origin: { DataType: 'String', StringValue: 'camera' },
    raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
  };
  const [messageId] = await queues.send(queue, [{ name: 'grüße 🌍' }], {
    MessageAttributes: attributes,
  });
  await start();
  await untilDeleted(1);
  const [event] = batches();
  expect(event).toEqual({
    Records: [
      {
        messageId,
        receiptHandle: expect.stringMatching(/./),
        body: '{"name":"grüße 🌍"}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.stringMatching(/./),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          origin: {
            stringValue: 'camera',
            stringListValues: [],
            binaryListValues: [],
            dataType: 'String',
          },
          raw: {
            binaryValue: 'AP8=',
            stringListValues: [],
            binaryListValues: [],
            dataType: 'Binary',
          },
        },
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: queue.arn,
        awsRegion: 'us-east-1',
      },
    ],
  });
  expect(Number(event?.Records[0]?.attributes.SentTimestamp)).toBeGreaterThanOrEqual(sent);
  await vi.waitFor(() => expect(reports).toHaveLength(1), PATIENCE);
  expect(reports[0]).toEqual({
    mappingId: 'mapping',
    functionName: 'records',
    messageIds: [messageId],
    failedMessageIds: [],
    durationMs: expect.any(Number),
  });
});

describe('what failed stays until its visibility timeout is over, and then comes again:', () => {
  /** The first batch failed for `failed` of its messages: now their time is over. */
  async function untilFailed(failed: readonly (string | undefined)[]) {
    await vi.waitFor(() => expect(reports).toHaveLength(1), PATIENCE);
    expect(reports[0]?.failedMessageIds).toEqual(failed);
    expect(await queues.invisible(queue)).toBe(failed.length);
    expect(await queues.visible(queue)).toBe(0);
    for (const { messageId, receiptHandle } of batches()[0]?.Records ?? []) {
      if (failed.includes(messageId)) await queues.expire(queue, receiptHandle);
    }
  }

  test('messages that the function lists', async () => {
    const ids = await queues.send(queue, [{}, { first: 'fail' }, {}, { first: 'fail' }]);
    await start();
    await untilFailed([ids[1], ids[3]]);
    await untilDeleted(4);
    expect(reports[0]?.error).toBeUndefined();
    const again = batches()
      .slice(1)
      .flatMap(({ Records }) => Records);
    expect(again.map(({ messageId }) => messageId).sort()).toEqual([ids[1], ids[3]].sort());
    expect(again[0]?.attributes.ApproximateReceiveCount).toBe('2');
  });

  test.each([
    ['throw', { errorType: 'Error', errorMessage: 'the whole batch fails' }],
    ['exit', { errorType: 'Runtime.ExitError' }],
    ['hang', { errorType: 'Sandbox.Timedout' }],
    ['answer-nonsense', undefined],
  ])('the whole batch, when the function does this: %s', async (first, error) => {
    const ids = await queues.send(queue, [{}, { first }, {}]);
    await start({}, { functions: [fixture('records', { timeoutSeconds: 2 })] });
    await untilFailed(ids);
    await untilDeleted(3);
    if (error === undefined) expect(reports[0]?.error).toBeUndefined();
    else expect(reports[0]?.error).toMatchObject(error);
  });

  test('the whole batch, also without ReportBatchItemFailures', async () => {
    const ids = await queues.send(queue, [{}, { first: 'throw' }, {}]);
    await start({ reportBatchItemFailures: false });
    await untilFailed(ids);
    await untilDeleted(3);
  });

  test('the whole batch, when its process is killed from outside', async () => {
    const ids = await queues.send(queue, [{}, { first: 'hang' }, {}]);
    const { pids } = await start();
    await untilBatches(1);
    const [pid] = pids();
    killProcess(pid);
    await untilFailed(ids);
    await untilDeleted(3);
    expect(reports[0]?.error?.errorMessage).toMatch(/signal: killed$/);
    expect(pids()).not.toContain(pid);
  });

  test('by the queue itself', async () => {
    queue = await queues.createQueue('quick', { VisibilityTimeout: '1' });
    await queues.send(queue, [{ first: 'fail' }]);
    // With one batch at a time no message can come back before its batch is over.
    await start({}, { maxConcurrency: 1 });
    await vi.waitFor(() => expect(lambda?.stats()[0]?.messagesFailed).toBe(1), PATIENCE);
    await untilDeleted(1);
  });
});

test('without ReportBatchItemFailures an answer is an answer, whatever it says', async () => {
  await queues.send(queue, [{ always: 'fail' }, {}]);
  await start({ reportBatchItemFailures: false });
  await untilDeleted(2);
  expect(batches()).toHaveLength(1);
});

test('what fails too often goes to the dead-letter queue', async () => {
  const dead = await queues.createQueue('dead');
  const redrive = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
  queue = await queues.createQueue('redriven', {
    VisibilityTimeout: '3600',
    RedrivePolicy: JSON.stringify(redrive),
  });
  const [failing] = await queues.send(queue, [{ always: 'fail' }, {}]);
  await start();
  for (const attempt of [1, 2]) {
    await vi.waitFor(() => expect(reports).toHaveLength(attempt), PATIENCE);
    const received = batches().at(-1)?.Records ?? [];
    const again = received.find(({ messageId }) => messageId === failing);
    await queues.expire(queue, again?.receiptHandle ?? '');
  }
  await vi.waitFor(async () => expect(await queues.visible(dead)).toBe(1), PATIENCE);
  expect((await queues.receive(dead)).map(({ Body }) => Body)).toEqual(['{"always":"fail"}']);
  expect(lambda?.stats()[0]).toMatchObject({ messagesDeleted: 1, messagesFailed: 2 });
});

test('no more batches at a time than allowed, and nothing is received before its turn', async () => {
  const gate = path.join(folder, 'gate');
  await queues.send(queue, Array(6).fill({ first: 'wait', gate }));
  const { pids, stats } = await start(
    { batchSize: 1, maximumConcurrency: 2 },
    { maxConcurrency: 4 },
  );
  await untilBatches(2);
  expect(pids()).toHaveLength(2);
  expect(stats()[0]).toMatchObject({ batchesInFlight: 2, messagesDeleted: 0 });
  expect(await queues.visible(queue)).toBe(4);
  await writeFile(gate, '');
  await untilDeleted(6);
  expect(pids()).toHaveLength(2);
});

test('the batching window collects what comes one by one', async () => {
  await start({ batchSize: 3, batchWindowSeconds: 300 });
  for (const name of ['a', 'b', 'c']) await queues.send(queue, [{ name }]);
  await untilDeleted(3);
  expect(batches().map(bodies)).toEqual([['{"name":"a"}', '{"name":"b"}', '{"name":"c"}']]);
});

test('a queue that does not answer is asked again until it does', async () => {
  await start({ queueUrl: queue.url.replace('work', 'later') });
  await vi.waitFor(() => expect(log.join()).toMatch('Cannot receive from'), PATIENCE);
  queue = await queues.createQueue('later');
  await queues.send(queue, [{}]);
  await untilDeleted(1);
  expect(log.filter((line) => line.includes('Cannot receive from'))).toHaveLength(1);
  expect(log.join()).toMatch('answers again');
});

test('an unknown function or missing code stops the start', async () => {
  await expect(start({ functionName: 'resizer' })).rejects.toMatchObject({
    code: 'LAMBDA_CONFIGURATION',
    message: 'Event source mapping mapping invokes resizer; known functions: records',
  });
  const functions = [fixture('records', { codeDirectory: path.join(folder, 'nothing') })];
  await expect(start({}, { functions })).rejects.toThrow(
    /^The code directory of function records does not exist: /,
  );
});

describe('stop', () => {
  test('lets a running invocation finish, begins no other, and leaves no process', async () => {
    const gate = path.join(folder, 'gate');
    await queues.send(queue, [{ first: 'wait', gate }, {}]);
    const { stop, pids, stats } = await start({ batchSize: 1 }, { maxConcurrency: 1 });
    await untilBatches(1);
    const running = pids();
    const stopped = stop(PATIENCE.timeout);
    await writeFile(gate, '');
    await stopped;
    expect(stats()[0]).toMatchObject({ messagesDeleted: 1, messagesFailed: 0 });
    expect(batches()).toHaveLength(1);
    expect(running.filter(isAlive)).toEqual([]);
    expect(await queues.visible(queue)).toBe(1);
  });

  test('kills what is not over after the grace; its messages are visible at once', async () => {
    const [messageId] = await queues.send(queue, [{ always: 'hang' }]);
    const { stop, pids } = await start();
    await untilBatches(1);
    const running = pids();
    await stop(10);
    expect(running.filter(isAlive)).toEqual([]);
    expect(pids()).toEqual([]);
    expect((await queues.receive(queue)).map(({ MessageId }) => MessageId)).toEqual([messageId]);
  });
});
