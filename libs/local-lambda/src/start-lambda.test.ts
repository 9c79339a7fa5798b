import { afterEach, describe, expect, test, vi } from 'vitest';
import { type LambdaOptions, type LocalLambda, startLambda } from './start-lambda.ts';
import { fixture, isAlive, PATIENCE } from './testing/fixtures.ts';
import { mappingFor } from './testing/queues.ts';
import { messageOf, type Script, scriptedSqs } from './testing/scripted-sqs.ts';
import type { BatchReport, EventSourceMappingSpec } from './types.ts';

let lambda: LocalLambda | undefined;
afterEach(async () => {
  await lambda?.stop(0);
  lambda = undefined;
});

async function start(
  script: Script,
  changes: Partial<EventSourceMappingSpec> = {},
  options: Partial<LambdaOptions> = {},
) {
  const sqs = await scriptedSqs(script);
  const log: string[] = [];
  const work: [readonly string[], boolean][] = [];
  const reports: BatchReport[] = [];
  const arn = 'arn:aws:sqs:us-east-1:000000000000:work';
  lambda = await startLambda({
    ...sqs.host,
    functions: [fixture('records')],
    mappings: [mappingFor({ url: sqs.url, arn }, changes)],
    maxConcurrency: 2,
    onLog: (line, { functionName, pid }) => log.push(`${functionName} ${pid} ${line}`),
    onWork: (bodies, isWorking) => work.push([bodies, isWorking]),
    onInvocation: (report) => reports.push(report),
    ...options,
  });
  return { lambda, sqs, log, work, reports };
}

/** Its body is what the function `records` does. */
const order = (id: string, body: object = {}) => ({
  ...messageOf(id, JSON.stringify(body)),
  Attributes: { ApproximateReceiveCount: '1' },
});

test('a function works for its mapping, which may name it by its ARN', async () => {
  const { arn } = fixture('records');
  const { lambda, log, work, reports } = await start(
    { receives: [[order('a')]] },
    { functionName: arn },
  );
  await vi.waitFor(() => expect(work).toHaveLength(2), PATIENCE);
  expect(work).toEqual([
    [['{}'], true],
    [['{}'], false],
  ]);
  expect(reports).toMatchObject([{ messageIds: ['a'], failedMessageIds: [] }]);
  const [pid] = lambda.pids();
  expect(log).toEqual([expect.stringContaining(`records ${pid} {"Records":[{"messageId":"a"`)]);
  expect(lambda.stats()).toMatchObject([{ mappingId: 'mapping', messagesDeleted: 1 }]);
});

test('nobody has to listen', async () => {
  const quiet = { onWork: undefined as never, onInvocation: undefined as never };
  const { lambda } = await start({ receives: [[order('a')]] }, {}, quiet);
  await vi.waitFor(() => expect(lambda.stats()[0]?.messagesDeleted).toBe(1), PATIENCE);
});

test('a problem of a mapping is in the log of its function, without a process', async () => {
  const { log } = await start({ receives: ['error'] });
  await vi.waitFor(() => expect(log).toHaveLength(1), PATIENCE);
  expect(log[0]).toMatch(/^records 0 Cannot receive from /);
});

describe('runs no more batches at a time', () => {
  const receives = ['a', 'b', 'c'].map((id) => [order(id, { always: 'hang' })]);
  test.each([
    ['than the mapping allows', 1, 3, 1],
    ['than this machine allows', 3, 2, 2],
    ['than this machine allows, without another limit', undefined, 2, 2],
  ])('%s', async (_what, maximumConcurrency, maxConcurrency, most) => {
    const changes = maximumConcurrency === undefined ? {} : { maximumConcurrency };
    const { lambda, log } = await start({ receives }, changes, { maxConcurrency });
    await vi.waitFor(() => expect(log).toHaveLength(most), PATIENCE);
    expect(lambda.stats()[0]?.batchesInFlight).toBe(most);
  });
});

test('a mapping of an unknown function is refused, and so is a function without code', async () => {
  const unknown = { functionName: 'resizer' };
  await expect(start({}, unknown)).rejects.toMatchObject({
    ...{ name: 'LambdaConfigurationError', code: 'LAMBDA_CONFIGURATION' },
    message: 'Event source mapping mapping invokes resizer; known functions: records',
  });
  await expect(start({}, unknown, { functions: [] })).rejects.toThrow(/known functions: none$/);
  const functions = [fixture('act'), fixture('records')];
  await expect(start({}, unknown, { functions })).rejects.toThrow(/functions: act, records$/);
  const missing = [fixture('records', { codeDirectory: '/no/such/place' })];
  await expect(start({}, {}, { functions: missing })).rejects.toMatchObject({
    ...{ code: 'LAMBDA_CONFIGURATION', cause: { code: 'ENOENT' } },
    message: 'The code directory of function records does not exist: /no/such/place',
  });
});

describe('stop', () => {
  test('kills what is not over after the grace, and its messages are visible at once', async () => {
    const { lambda, sqs, log } = await start({ receives: [[order('a', { always: 'hang' })]] });
    await vi.waitFor(() => expect(log).toHaveLength(1), PATIENCE);
    const [pid = 0] = lambda.pids();
    await lambda.stop(10);
    expect(isAlive(pid)).toBe(false);
    expect(lambda.pids()).toEqual([]);
    expect(sqs.of('ChangeMessageVisibilityBatch')).toHaveLength(1);
  });

  test('waits for what ends in time', async () => {
    const gate = '/dev/null';
    const { lambda, sqs, log } = await start({ receives: [[order('a', { first: 'wait', gate })]] });
    await vi.waitFor(() => expect(log).toHaveLength(1), PATIENCE);
    await lambda.stop(PATIENCE.timeout);
    expect(sqs.of('DeleteMessageBatch')).toHaveLength(1);
    expect(sqs.of('ChangeMessageVisibilityBatch')).toEqual([]);
  });
});
