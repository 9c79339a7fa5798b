/** What an event source mapping does with the answers of its queue and its function. Both are scripts. */
import type { SQSEvent } from 'aws-lambda';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EventSourceMapping } from './event-source-mapping.ts';
import { Queue } from './queue.ts';
import { messageOf, type Script, scriptedSqs } from './testing/scripted-sqs.ts';
import type { BatchReport, EventSourceMappingSpec, InvocationResult } from './types.ts';

const ARN = 'arn:aws:sqs:eu-west-3:000000000000:work';
const succeeded = (payload: unknown = {}): InvocationResult => ({
  ...{ status: 'succeeded', requestId: 'r', payload: JSON.stringify(payload) },
});
const failed: InvocationResult = {
  ...{ status: 'failed', requestId: 'r' },
  error: { errorType: 'E', errorMessage: 'm' },
};
const stopped: InvocationResult = { status: 'stopped', requestId: 'r' };
const failing = (...ids: string[]) =>
  succeeded({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

const running: EventSourceMapping[] = [];
afterEach(async () => {
  for (const mapping of running.splice(0)) {
    await mapping.stopPolling();
    mapping.close();
  }
});

interface Options extends Script {
  /** Of the function, for each batch in turn. */
  readonly results?: readonly (InvocationResult | Promise<InvocationResult> | Error)[];
  readonly spec?: Partial<EventSourceMappingSpec>;
  readonly concurrency?: number;
}

async function start({ results = [], spec, concurrency = 1, ...script }: Options) {
  const sqs = await scriptedSqs(script);
  const events: SQSEvent[] = [];
  const reports: BatchReport[] = [];
  const work: [readonly string[], boolean][] = [];
  const problems: string[] = [];
  const left = [...results];
  const pool = {
    invoke(payload: string) {
      events.push(JSON.parse(payload) as SQSEvent);
      const result = left.shift() ?? succeeded();
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  };
  const mapping = new EventSourceMapping(
    {
      ...{ id: 'mapping', queueUrl: sqs.url, queueArn: ARN, functionName: 'f' },
      ...{ batchSize: 10, batchWindowSeconds: 0, reportBatchItemFailures: true, ...spec },
    },
    sqs.host,
    pool,
    concurrency,
    {
      onBatch: (report) => reports.push(report),
      onWork: (bodies, isWorking) => work.push([bodies, isWorking]),
      onProblem: (line) => problems.push(line),
    },
  );
  running.push(mapping);
  const over = (batches: number) =>
    vi.waitFor(() => expect(work.filter(([, isWorking]) => !isWorking)).toHaveLength(batches));
  const deleted = () =>
    sqs
      .of('DeleteMessageBatch')
      .flatMap(({ Entries }) =>
        (Entries as { ReceiptHandle: string }[]).map(({ ReceiptHandle }) => ReceiptHandle),
      );
  return { sqs, mapping, events, reports, work, problems, over, deleted };
}

describe('a batch', () => {
  test('goes to the function, is deleted, and is told', async () => {
    const { sqs, mapping, events, reports, work, problems, over } = await start({
      receives: [[messageOf('a'), messageOf('b')]],
    });
    await over(1);
    expect(events.map(({ Records }) => Records.map(({ messageId }) => messageId))).toEqual([
      ['a', 'b'],
    ]);
    expect(sqs.requests.slice(0, 2)).toEqual([
      {
        ...{ operation: 'ReceiveMessage', QueueUrl: sqs.url },
        ...{ MaxNumberOfMessages: 10, WaitTimeSeconds: 20 },
        ...{ MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] },
      },
      {
        ...{ operation: 'DeleteMessageBatch', QueueUrl: sqs.url },
        Entries: [
          { Id: '0', ReceiptHandle: 'receipt of a' },
          { Id: '1', ReceiptHandle: 'receipt of b' },
        ],
      },
    ]);
    expect(reports).toEqual([
      {
        ...{ mappingId: 'mapping', functionName: 'f', messageIds: ['a', 'b'] },
        ...{ failedMessageIds: [], durationMs: expect.any(Number) },
      },
    ]);
    expect(reports[0]?.durationMs).toBeLessThan(60_000);
    const bodies = ['body of a', 'body of b'];
    expect(work).toEqual([
      [bodies, true],
      [bodies, false],
    ]);
    expect(mapping.stats()).toEqual({
      ...{ mappingId: 'mapping', functionName: 'f', batchesInFlight: 0, batches: 1 },
      ...{ functionErrors: 0, messagesDeleted: 2, messagesFailed: 0 },
    });
    expect(problems).toEqual([]);
  });

  test('keeps the messages that the function names, and deletes the others', async () => {
    const { mapping, reports, over, deleted } = await start({
      receives: [[messageOf('a'), messageOf('b'), messageOf('c')]],
      results: [failing('b')],
    });
    await over(1);
    expect(deleted()).toEqual(['receipt of a', 'receipt of c']);
    expect(reports[0]).not.toHaveProperty('error');
    expect(reports[0]?.failedMessageIds).toEqual(['b']);
    expect(mapping.stats()).toMatchObject({
      ...{ batches: 1, functionErrors: 0, messagesDeleted: 2, messagesFailed: 1 },
    });
  });

  test('is deleted whatever the function names, without ReportBatchItemFailures', async () => {
    const { reports, over, deleted } = await start({
      ...{ receives: [[messageOf('a')]], results: [failing('a')] },
      spec: { reportBatchItemFailures: false },
    });
    await over(1);
    expect(deleted()).toEqual(['receipt of a']);
    expect(reports[0]?.failedMessageIds).toEqual([]);
  });

  test('of which everything failed is not deleted, and the error is told', async () => {
    const { sqs, mapping, reports, over } = await start({
      ...{ receives: [[messageOf('a'), messageOf('b')]], results: [failed] },
    });
    await over(1);
    expect(sqs.of('DeleteMessageBatch')).toEqual([]);
    expect(reports[0]).toMatchObject({
      ...{ failedMessageIds: ['a', 'b'], error: { errorType: 'E', errorMessage: 'm' } },
    });
    expect(mapping.stats()).toMatchObject({
      ...{ batches: 1, functionErrors: 1, messagesDeleted: 0, messagesFailed: 2 },
    });
  });

  test('that no function took is visible again at once, and counts as none', async () => {
    const { sqs, mapping, reports, over } = await start({
      ...{ receives: [[messageOf('a')]], results: [stopped] },
    });
    await over(1);
    expect(sqs.requests[1]).toEqual({
      ...{ operation: 'ChangeMessageVisibilityBatch', QueueUrl: sqs.url },
      Entries: [{ Id: '0', ReceiptHandle: 'receipt of a', VisibilityTimeout: 0 }],
    });
    expect(reports).toEqual([]);
    expect(mapping.stats()).toMatchObject({ batches: 0, messagesFailed: 0 });
  });

  test.each<[string, Options, string]>([
    [
      'is not deleted',
      { answer: { Failed: [{ Id: '1', Message: 'no', Code: 'c', SenderFault: true }] } },
      '1 messages of URL were processed but not deleted: no',
    ],
    ['cannot be deleted', { answer: 'error' }, 'Cannot process a batch of URL: '],
    [
      'cannot be processed',
      { results: [new Error('no free port')] },
      'Cannot process a batch of URL: no free port',
    ],
    [
      'cannot be released',
      { results: [stopped], answer: 'error' },
      'Cannot release messages of URL',
    ],
  ])('that %s is told', async (_what, options, problem) => {
    const receives = [[messageOf('a'), messageOf('b')]];
    const { sqs, mapping, problems, over } = await start({ receives, ...options });
    await over(1);
    expect(problems).toEqual([expect.stringContaining(problem.replace('URL', sqs.url))]);
    const messagesDeleted = typeof options.answer === 'object' ? 1 : 0;
    expect(mapping.stats()).toMatchObject({ messagesDeleted, batchesInFlight: 0 });
  });
});

test('receives nothing before a function is free', async () => {
  const first = Promise.withResolvers<InvocationResult>();
  const receives = ['a', 'b', 'c'].map((id) => [messageOf(id)]);
  const { sqs, mapping, events, over } = await start({
    ...{ receives, results: [first.promise, first.promise], concurrency: 2 },
  });
  await vi.waitFor(() => expect(events).toHaveLength(2));
  expect(mapping.stats().batchesInFlight).toBe(2);
  expect(sqs.of('ReceiveMessage')).toHaveLength(2);
  first.resolve(succeeded());
  await over(3);
  expect(events).toHaveLength(3);
});

test('asks a queue that does not answer until it does, and tells it once', async () => {
  const { sqs, problems, over } = await start({
    receives: ['error', 'error', [messageOf('a')]],
  });
  await over(1);
  expect(problems).toEqual([
    expect.stringMatching(new RegExp(`^Cannot receive from ${sqs.url}: .`)),
    `${sqs.url} answers again`,
  ]);
});

describe('stopped', () => {
  test('begins nothing more, and waits for what runs', async () => {
    const result = Promise.withResolvers<InvocationResult>();
    const { mapping, events, reports } = await start({
      ...{ receives: [[messageOf('a')], [messageOf('b')]], results: [result.promise] },
    });
    await vi.waitFor(() => expect(events).toHaveLength(1));
    let isOver = false;
    const over = mapping.stopPolling().then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isOver).toBe(false);
    result.resolve(succeeded());
    await over;
    expect(reports).toHaveLength(1);
    expect(events).toHaveLength(1);
  });

  test('releases what waits for the rest of its batch', async () => {
    const { sqs, mapping, events } = await start({
      ...{ receives: [[messageOf('a')]], spec: { batchWindowSeconds: 300 } },
    });
    await vi.waitFor(() => expect(sqs.of('ReceiveMessage')).toHaveLength(2));
    await mapping.stopPolling();
    expect(sqs.of('ChangeMessageVisibilityBatch')).toHaveLength(1);
    expect(events).toEqual([]);
  });

  test('releases what did not fit into a batch', async () => {
    const large = messageOf('large', 'x'.repeat(4 * 1024 * 1024));
    const result = Promise.withResolvers<InvocationResult>();
    const { sqs, mapping, events } = await start({
      ...{ receives: [[large, { ...large, MessageId: 'rest' }]], results: [result.promise] },
    });
    await vi.waitFor(() => expect(events).toHaveLength(1));
    const over = mapping.stopPolling();
    result.resolve(succeeded());
    await over;
    expect(sqs.of('ChangeMessageVisibilityBatch')).toHaveLength(1);
    expect(sqs.of('DeleteMessageBatch')).toHaveLength(1);
  });
});

test('SQS takes ten messages in a request', async () => {
  const sqs = await scriptedSqs({
    answer: { Failed: [{ Id: '0', Code: 'c', SenderFault: true }] },
  });
  const queue = new Queue(sqs.url, sqs.host);
  const messages = Array.from({ length: 20 }, (_, index) => messageOf(String(index)));
  expect(await queue.delete(messages)).toHaveLength(2);
  expect(await queue.release([...messages, messageOf('20')])).toHaveLength(3);
  const sizes = sqs.requests.map(({ Entries }) => (Entries as unknown[]).length);
  expect(sizes).toEqual([10, 10, 10, 10, 1]);
  queue.close();
});
