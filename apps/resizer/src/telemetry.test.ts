import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { PipelineError, reconcile, type ReconcileOutcome } from '@darkroom/pipeline';
import { KEY, letters } from '@darkroom/pipeline/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createS3 } from './clients.ts';
import { s3ObjectStore } from './object-store.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { captureOutput } from './testing/captured-output.ts';
import { s3Error, startCannedAws, type CannedAws } from './testing/canned-aws.ts';

/** Log lines and metrics of one call of the function. */
async function recorded(act: (report: Telemetry) => void) {
  const logger = new Logger({ serviceName: 'darkroom', logLevel: 'INFO' });
  const metrics = new Metrics({ serviceName: 'darkroom', namespace: 'Darkroom' });
  const lines = await captureOutput(() => {
    act(createTelemetry(logger, metrics));
    metrics.publishStoredMetrics();
  });
  return {
    log: lines.filter((line) => !('_aws' in line)),
    metrics: lines.filter((line) => '_aws' in line),
  };
}

async function outcomeOf(letter: string): Promise<ReconcileOutcome> {
  const bucket = letters();
  bucket.source.place(KEY, letter);
  return reconcile(KEY, bucket);
}

describe('each key is one line and one count', () => {
  test('done without some variants: their names and codes', async () => {
    const outcome = await outcomeOf('A');
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    const skipped = [
      { variant: 'w640-webp', code: 'TOO_LARGE', message: 'too tall', retryable: false } as const,
    ];
    const { log } = await recorded((report) =>
      report.outcome(KEY, { ...outcome, manifest: { ...outcome.manifest, skipped } }, 1),
    );
    expect(log).toEqual([
      expect.objectContaining({ message: 'done', skipped: ['w640-webp: TOO_LARGE'] }),
    ]);
  });

  test('done: what came of it, and what it took', async () => {
    const outcome = await outcomeOf('A');
    const { log, metrics } = await recorded((report) => report.outcome(KEY, outcome, 12.6));
    expect(log).toEqual([
      expect.objectContaining({
        level: 'INFO',
        service: 'darkroom',
        message: 'done',
        key: KEY,
        recipe: 'letters',
        recipeHash: expect.stringMatching(/^[0-9a-f]{16}$/),
        eTag: expect.any(String),
        bytesIn: 1,
        bytesOut: 17,
        outputs: 2,
        duration: 13,
      }),
    ]);
    expect(log[0]).not.toHaveProperty('skipped');
    expect(metrics).toEqual([
      expect.objectContaining({
        service: 'darkroom',
        DONE: 1,
        Duration: 13,
        Rejected: 0,
        Failed: 0,
        Outputs: 2,
      }),
    ]);
    expect(metrics[0]?.['_aws']).toMatchObject({
      CloudWatchMetrics: [
        {
          Namespace: 'Darkroom',
          Metrics: [
            { Name: 'Duration', Unit: 'Milliseconds' },
            { Name: 'Failed', Unit: 'Count' },
            { Name: 'DONE', Unit: 'Count' },
            { Name: 'Rejected', Unit: 'Count' },
            { Name: 'Outputs', Unit: 'Count' },
          ],
        },
      ],
    });
  });

  test('rejected: why', async () => {
    const outcome = await outcomeOf('R');
    const { log, metrics } = await recorded((report) => report.outcome(KEY, outcome, 1));
    expect(log).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'rejected',
        key: KEY,
        code: 'CORRUPT_IMAGE',
        reason: 'no image',
      }),
    ]);
    expect(metrics).toEqual([
      expect.objectContaining({ CORRUPT_IMAGE: 1, Rejected: 1, Failed: 0 }),
    ]);
  });

  test.each(['UP_TO_DATE', 'NO_RECIPE', 'SOURCE_MISSING'] as const)('%s', async (code) => {
    const outcome: ReconcileOutcome = { kind: 'acknowledged', code };
    const { log, metrics } = await recorded((report) => report.outcome(KEY, outcome, 1));
    expect(log).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'acknowledged', key: KEY, code }),
    ]);
    expect(metrics).toEqual([expect.objectContaining({ [code]: 1 })]);
  });

  test('a dead letter: why, and never its body', async () => {
    const error = new PipelineError('INVALID_MESSAGE', 'Invalid message: body: not JSON');
    const { log, metrics } = await recorded((report) =>
      report.deadLetter({ body: 'a secret', error }),
    );
    expect(log).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'dead letter',
        code: 'INVALID_MESSAGE',
        reason: 'Invalid message: body: not JSON',
      }),
    ]);
    expect(JSON.stringify(log)).not.toContain('a secret');
    expect(metrics).toEqual([expect.objectContaining({ DEAD_LETTER: 1 })]);
  });
});

describe('an attempt that failed', () => {
  let aws: CannedAws;
  beforeAll(async () => {
    aws = await startCannedAws();
  });
  afterAll(() => aws.close());

  test('is one line with the request, the reason and where it happened, and no more', async () => {
    aws.answer(s3Error(403, 'AccessDenied'));
    const store = s3ObjectStore(createS3(), 'photos', new AbortController().signal);
    const error = await store
      .put('a.jpg/thumb.webp', new TextEncoder().encode('the bytes of a picture'), {
        precondition: 'absent',
        contentType: 'image/webp',
        cacheControl: 'no-store',
        metadata: {},
      })
      .then(() => undefined)
      .catch((reason: unknown) => reason as PipelineError);
    if (!error) throw new Error('it was stored');
    const { log, metrics } = await recorded((report) => report.failure(KEY, error, 5));
    expect(log).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'attempt failed',
        key: KEY,
        code: 'STORAGE_UNAVAILABLE',
        duration: 5,
        error: expect.objectContaining({
          message: 'PUT photos/a.jpg/thumb.webp: AccessDenied: as told',
          stack: expect.any(String),
          cause: expect.objectContaining({ name: 'AccessDenied' }),
        }),
      }),
    ]);
    const text = JSON.stringify(log);
    expect(text).not.toContain('the bytes of a picture');
    expect(text).not.toMatch(/authorization|credential/i);
    expect(text.length).toBeLessThan(6000);
    expect(metrics).toEqual([expect.objectContaining({ STORAGE_UNAVAILABLE: 1, Failed: 1 })]);
  });

  test('records a dead letter that was not sent', async () => {
    const error = new PipelineError('THROTTLED', 'SendMessage: RequestThrottled');
    const letter = { body: 'a secret', error, sourceKey: KEY };
    const { log, metrics } = await recorded((report) => report.deadLetterFailed(letter, error));
    expect(log).toEqual([
      expect.objectContaining({ message: 'dead letter not sent', key: KEY, code: 'THROTTLED' }),
    ]);
    expect(JSON.stringify(log)).not.toContain('a secret');
    expect(metrics).toEqual([expect.objectContaining({ THROTTLED: 1 })]);
  });
});

test('records an event that was not sent', async () => {
  const error = new PipelineError('THROTTLED', 'PutEvents: ThrottlingException');
  const { log } = await recorded((report) => {
    report.eventFailed(KEY, error);
    report.memory(1, 1024);
  });
  expect(log).toEqual([
    expect.objectContaining({
      ...{ level: 'ERROR', message: 'event not sent', key: KEY, code: 'THROTTLED' },
      error: expect.objectContaining({ message: 'PutEvents: ThrottlingException' }) as object,
    }),
  ]);
});

test('memory is a share of what the function has', async () => {
  const { metrics } = await recorded((report) => report.memory(768 * 1024 * 1024, 1024));
  expect(metrics).toEqual([expect.objectContaining({ MemoryUsed: 75 })]);
});

test('no count is lost in a batch of hundreds', async () => {
  const outcome: ReconcileOutcome = { kind: 'acknowledged', code: 'UP_TO_DATE' };
  const { log, metrics } = await recorded((report) => {
    for (let index = 0; index < 250; index++) report.outcome(`uploads/${index}.jpg`, outcome, 1);
  });
  expect(log).toHaveLength(250);
  const counted = metrics.flatMap((line) => line['UP_TO_DATE'] ?? []);
  expect(counted).toHaveLength(250);
});
