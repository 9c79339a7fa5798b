import { createHash } from 'node:crypto';
import { formatMessage } from '@darkroom/events';
import { formatEnvironment, parseSettings, transportRecipes } from '@darkroom/pipeline';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { answerSqs } from './testing/answer-sqs.ts';
import { captureOutput } from './testing/captured-output.ts';
import { s3Error, startCannedAws, type Answer, type CannedAws } from './testing/canned-aws.ts';

const recipes = [
  {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: [{ name: 'thumb', steps: [{ resize: { width: 10 } }] }],
  },
];
let aws: CannedAws;

function setEnvironment(changes: Record<string, string | undefined> = {}): void {
  const variables = formatEnvironment(
    parseSettings({ recipes, logs: { level: 'ERROR' } }, 'test'),
    transportRecipes(recipes),
    {
      sourceBucket: 'source',
      processedBucket: 'processed',
      queueUrl: `${aws.url}/123456789012/queue`,
      deadLetterQueueUrl: `${aws.url}/123456789012/dead-letters`,
    },
  );
  const all = { ...variables, AWS_LAMBDA_FUNCTION_NAME: 'photos', ...changes };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
}

beforeAll(async () => {
  aws = await startCannedAws();
});
beforeEach(() => {
  vi.resetModules();
  setEnvironment();
});
afterAll(() => aws.close());

function record(messageId: string, body: string, receiveCount = 1): SQSRecord {
  return {
    messageId,
    body,
    receiptHandle: messageId,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:photos',
    awsRegion: 'us-east-1',
  };
}

const lambda = {
  functionName: 'photos',
  functionVersion: '1',
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:photos',
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

/** Ids of the messages that come back, and what was logged. */
async function call(...records: SQSRecord[]) {
  const { handler } = await import('./handler.ts');
  const event: SQSEvent = { Records: records };
  let failed: string[] = [];
  const output = await captureOutput(async () => {
    const { batchItemFailures } = await handler(event, lambda);
    failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  });
  return { failed, output };
}

describe('a batch', () => {
  const about = (key: string) => formatMessage({ bucket: 'source', key });
  const toSqsElse =
    (answer: Answer): Answer =>
    (response, request) =>
      (request.line === 'POST /' ? answerSqs : answer)(response, request);

  test('comes back with the messages that have to come again, and no others', async () => {
    aws.answer(toSqsElse(s3Error(403, 'AccessDenied')));
    const { failed, output } = await call(
      record('of nothing we know', 'rubbish'),
      record('of a key that is not an upload', about('elsewhere/a.jpg')),
      record('that fails', about('uploads/a.jpg')),
      record('that S3 sends at first', '{"Event":"s3:TestEvent"}'),
    );
    expect(failed).toEqual(['that fails']);
    const sent = aws.requests.filter(({ line }) => line === 'POST /');
    expect(sent.map(({ body }) => JSON.parse(body) as object)).toEqual([
      expect.objectContaining({ MessageBody: 'rubbish' }),
      {
        QueueUrl: `${aws.url}/123456789012/queue`,
        Entries: [{ Id: '0', ReceiptHandle: 'that fails', VisibilityTimeout: expect.any(Number) }],
      },
    ]);
    // By the last request of all: nothing of a message is under way when it becomes visible.
    expect(aws.requests.at(-1)).toBe(sent[1]);
    const lines = output.map((line) => line['message'] ?? 'metrics');
    expect(lines.at(-1)).toBe('metrics');
    expect(lines.slice(0, -1).toSorted()).toEqual(['attempt failed', 'dead letter']);
    for (const line of output.slice(0, -1))
      expect(line).toMatchObject({ function_request_id: 'request-1' });
  });

  test('of failed messages returns all of them, without an error', async () => {
    aws.answer(s3Error(403, 'AccessDenied'));
    const { failed } = await call(
      record('1', about('uploads/a.jpg')),
      record('2', about('uploads/b')),
    );
    expect(failed).toEqual(['1', '2']);
  });

  test('whose last attempt fails is done, with a dead letter', async () => {
    aws.answer(toSqsElse(s3Error(403, 'AccessDenied')));
    const { failed } = await call(record('1', about('uploads/a.jpg'), 5));
    expect(failed).toEqual([]);
    expect(aws.requests.at(-1)?.body).toContain('STORAGE_UNAVAILABLE');
  });

  test('without messages does nothing, and records the function’s name and memory', async () => {
    const { failed, output } = await call();
    expect(failed).toEqual([]);
    expect(output).toEqual([
      expect.objectContaining({ service: 'darkroom', FunctionName: 'photos' }),
    ]);
    const { MemoryUsed: percent } = output[0] as { MemoryUsed: number };
    // Of a test runner, which Lambda's limit does not hold.
    expect(percent).toBeGreaterThan(1);
    expect(percent).toBeLessThan(1000);
  });
});

test('the removal of an upload goes to the event bus and to the queue of the webhook', async () => {
  setEnvironment({
    DARKROOM_EVENT_BUS: 'arn:aws-cn:events:cn-north-1:123456789012:event-bus/photos',
    DARKROOM_WEBHOOK_QUEUE_URL: `${aws.url}/123456789012/webhook`,
  });
  onTestFinished(() => {
    setEnvironment({ DARKROOM_EVENT_BUS: undefined, DARKROOM_WEBHOOK_QUEUE_URL: undefined });
  });
  let isRemoved = false;
  const manifest = 'uploads/a.jpg/manifest.json';
  const listing = `<ListBucketResult><Contents><Key>${manifest}</Key><ETag>"m"</ETag></Contents></ListBucketResult>`;
  const taken = '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}';
  aws.answer((response, request) => {
    const target = request.headers['x-amz-target'] ?? '';
    if (target === 'AWSEvents.PutEvents')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(taken);
    if (target !== '') return answerSqs(response, request);
    isRemoved ||= request.line.startsWith('DELETE');
    if (request.line.startsWith('DELETE')) return void response.writeHead(204).end();
    if (request.line.includes('list-type=2'))
      return void response.writeHead(200, { 'content-type': 'application/xml' }).end(listing);
    if (request.line.startsWith(`GET /processed/${manifest}`))
      return void response.writeHead(200, { etag: '"m"', 'content-length': '2' }).end('{}');
    return s3Error(404, 'NoSuchKey')(response, request);
  });
  const { failed } = await call(
    record('1', formatMessage({ bucket: 'source', key: 'uploads/a.jpg' })),
  );
  expect({ failed, isRemoved }).toEqual({ failed: [], isRemoved: true });
  const sent = aws.requests.filter(({ line }) => line === 'POST /');
  const [toBus, ...more] = sent.filter(({ body }) => body.includes('EventBusName'));
  expect(more).toEqual([]);
  const { Entries } = JSON.parse(toBus?.body ?? '') as { Entries: object[] };
  // The partition of AWS is that of the bus.
  expect(Entries).toMatchObject([
    { DetailType: 'ImageRemoved', Resources: [`arn:aws-cn:s3:::processed/${manifest}`] },
  ]);
  const queued = sent.filter(({ body }) => body.includes('MessageBody'));
  expect(queued.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { QueueUrl: `${aws.url}/123456789012/webhook` },
  ]);
  expect(queued[0]?.body).toContain('image.removed');
});

describe('the start of the function', () => {
  test('fails with every problem of its environment in one message', async () => {
    setEnvironment({
      DARKROOM_SOURCE_BUCKET: undefined,
      LAMBDA_TASK_ROOT: '/nowhere',
      DARKROOM_RECIPES: 'file:recipes.json',
      DARKROOM_LIMITS: '{"bytes":0}',
      POWERTOOLS_LOG_LEVEL: 'LOUD',
    });
    const failure = await import('./handler.ts').catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ name: 'EnvironmentError', code: 'INVALID_ENVIRONMENT' });
    const { message } = failure as Error;
    for (const problem of [
      'DARKROOM_SOURCE_BUCKET: is missing',
      "DARKROOM_RECIPES: cannot be read: ENOENT: no such file or directory, open '/nowhere/recipes.json'",
      'DARKROOM_LIMITS.bytes: Too small',
      'POWERTOOLS_LOG_LEVEL: Invalid option',
    ])
      expect(message).toContain(problem);
  });

  test.each([
    ['false', 'stays away from X-Ray', false],
    ['true', 'loads X-Ray', true],
  ])('with tracing %s it %s', async (tracing, _what, isLoaded) => {
    setEnvironment({ POWERTOOLS_TRACE_ENABLED: tracing });
    const tracer = vi.fn();
    vi.doMock('@aws-lambda-powertools/tracer', () => ({
      Tracer: class {
        captureAWSv3Client<T>(client: T): T {
          tracer();
          return client;
        }
      },
    }));
    await import('./handler.ts');
    expect(tracer).toHaveBeenCalledTimes(isLoaded ? 1 : 0);
    // The client of SQS comes with the first message to a queue.
    await call();
    expect(tracer).toHaveBeenCalledTimes(isLoaded ? 1 : 0);
    aws.answer(answerSqs);
    await call(record('of nothing we know', 'rubbish'));
    expect(tracer).toHaveBeenCalledTimes(isLoaded ? 2 : 0);
    vi.doUnmock('@aws-lambda-powertools/tracer');
  });
});
