import { formatMessage } from '@darkroom/events';
import { PipelineError } from '@darkroom/pipeline';
import { failsHalfWay, KEY, letters, manifestOf, there } from '@darkroom/pipeline/testing';
import { describe, expect, test, vi } from 'vitest';
import type { DeadLetter } from './dead-letter.ts';
import { processMessage, type MessageContext } from './process-message.ts';
import type { Telemetry } from './telemetry.ts';

/** The real pipeline on buckets in memory; uploads are letters, and R is not an image. */
function setUp(...given: Parameters<typeof letters>) {
  const bucket = letters(...given);
  const sent: DeadLetter[] = [];
  const report = {
    outcome: vi.fn<Telemetry['outcome']>(),
    failure: vi.fn<Telemetry['failure']>(),
    deadLetter: vi.fn<Telemetry['deadLetter']>(),
    deadLetterFailed: vi.fn<Telemetry['deadLetterFailed']>(),
    eventFailed: vi.fn<Telemetry['eventFailed']>(),
    backOffFailed: vi.fn<Telemetry['backOffFailed']>(),
    memory: vi.fn<Telemetry['memory']>(),
  };
  const context: MessageContext = {
    maxReceiveCount: 5,
    report,
    sendDeadLetter: (letter) => {
      sent.push(letter);
      return Promise.resolve();
    },
    inTimeSlot: (_message, work) =>
      work({ pipeline: bucket, signal: new AbortController().signal }),
  };
  const process = (body: string, receiveCount = 1, rest: Partial<MessageContext> = {}) =>
    processMessage({ id: 'm1', body, receiveCount }, { ...context, ...rest });
  return { bucket, sent, report, process };
}

const about = (key: string) => formatMessage({ bucket: 'source', key });
function aboutAll(...keys: string[]): string {
  const records = keys.flatMap((key) => {
    const { Records } = JSON.parse(about(key)) as { Records: unknown[] };
    return Records;
  });
  return JSON.stringify({ Records: records });
}
const unavailable = new PipelineError('STORAGE_UNAVAILABLE', 'PUT: ServiceUnavailable');

describe('a message of one key', () => {
  test('of an upload that needs a process of its own asks for another turn, and reports nothing', async () => {
    const { bucket, sent, report, process } = setUp();
    bucket.source.place(KEY, 'A');
    const isolated = 'later' as const;
    const signal = new AbortController().signal;
    const attempt = process(about(KEY), 5, {
      inTimeSlot: (_message, work) => work({ pipeline: { ...bucket, isolated }, signal }),
    });
    await expect(attempt).rejects.toMatchObject({ name: 'NeedsIsolation' });
    expect([sent, report.outcome.mock.calls, report.failure.mock.calls]).toEqual([[], [], []]);
  });

  test('is done when the key’s outputs agree with its source', async () => {
    const { bucket, sent, report, process } = setUp();
    bucket.source.place(KEY, 'A');
    await process(about(KEY));
    expect(manifestOf(bucket)?.status).toBe('done');
    const begun = performance.now();
    expect(report.outcome).toHaveBeenCalledExactlyOnceWith(
      KEY,
      expect.objectContaining({ kind: 'done' }),
      expect.any(Number),
    );
    // The time of the attempt, not a time of day.
    expect(report.outcome.mock.calls[0]?.[2]).toBeLessThan(begun);
    expect(sent).toEqual([]);
  });

  test('of an upload that is not an image is done, without a dead letter', async () => {
    const { bucket, sent, process } = setUp();
    bucket.source.place(KEY, 'R');
    await process(about(KEY));
    expect(manifestOf(bucket)?.status).toBe('rejected');
    expect(sent).toEqual([]);
  });

  test('whose transform failed is done, and an operator’s too', async () => {
    const { bucket, sent, report, process } = setUp({}, { engine: { render: failsHalfWay } });
    bucket.source.place(KEY, 'A');
    await process(about(KEY));
    expect(manifestOf(bucket)).toMatchObject({ error: { code: 'TRANSFORM_FAILED' } });
    expect(sent).toEqual([
      {
        body: about(KEY),
        error: expect.objectContaining({
          code: 'TRANSFORM_FAILED',
          message: 'recipe letters, variant same: out of ink',
        }),
        sourceBucket: 'source',
        sourceKey: KEY,
      },
    ]);
    expect(report.deadLetter).toHaveBeenCalledOnce();
    expect(report.failure).not.toHaveBeenCalled();
  });
});

describe('a message that nothing can be made of', () => {
  test.each([
    ['is not JSON', 'rubbish'],
    ['is of another kind', '{"Records":[{"eventSource":"aws:kinesis"}]}'],
  ])('%s: to the operator at once, as it came', async (_what, body) => {
    const { bucket, sent, process } = setUp();
    await process(body);
    expect(sent).toEqual([{ body, error: expect.objectContaining({ code: 'INVALID_MESSAGE' }) }]);
    expect(bucket.requests()).toEqual([]);
  });

  test('names another bucket: to the operator, its object untouched', async () => {
    const { bucket, sent, report, process } = setUp();
    const body = formatMessage({ bucket: 'elsewhere', key: KEY });
    await process(body);
    expect(sent).toEqual([
      {
        body,
        error: expect.objectContaining({
          code: 'INVALID_MESSAGE',
          message: 'The message names the bucket elsewhere; ours is source',
        }),
        sourceBucket: 'elsewhere',
        sourceKey: KEY,
      },
    ]);
    expect(report.failure).not.toHaveBeenCalled();
    expect(bucket.requests()).toEqual([]);
  });

  test('its dead letter sends no event: the key may be fine', async () => {
    const { bucket: pipeline, sent, process } = setUp();
    const announce = vi.fn(() => Promise.resolve());
    const signal = new AbortController().signal;
    await process(formatMessage({ bucket: 'elsewhere', key: KEY }), 1, {
      inTimeSlot: (_message, work) => work({ pipeline, signal, announce }),
    });
    expect(sent).toHaveLength(1);
    expect(announce).not.toHaveBeenCalled();
  });

  test('S3’s test event is acknowledged in silence', async () => {
    const { bucket, sent, report, process } = setUp();
    await process('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"source"}');
    expect(sent).toEqual([]);
    expect(bucket.requests()).toEqual([]);
    for (const method of Object.values(report)) expect(method).not.toHaveBeenCalled();
  });
});

describe('a message of several keys', () => {
  const keys = ['uploads/1.jpg', 'uploads/2.jpg', 'uploads/3.jpg'];

  test('is done when all of them are; one that fails does not hold up the others', async () => {
    const { bucket, sent, report, process } = setUp();
    for (const key of keys) bucket.source.place(key, 'A');
    bucket.processed.interfere = (request) => {
      if (request === 'PUT uploads/2.jpg/manifest.json') throw unavailable;
    };
    await expect(process(aboutAll(...keys))).rejects.toBe(unavailable);
    expect(there(bucket)).toContain('uploads/1.jpg/manifest.json');
    expect(there(bucket)).toContain('uploads/3.jpg/manifest.json');
    expect(report.failure).toHaveBeenCalledExactlyOnceWith(
      'uploads/2.jpg',
      unavailable,
      expect.any(Number),
    );
    expect(sent).toEqual([]);
  });

  test('has a dead letter of its own for each key that an operator has to look at', async () => {
    const { bucket, sent, process } = setUp();
    bucket.source.place('uploads/1.jpg', 'A');
    const other = formatMessage({ bucket: 'elsewhere', key: 'b.jpg' });
    const { Records } = JSON.parse(other) as { Records: unknown[] };
    const body = JSON.parse(aboutAll('uploads/1.jpg')) as { Records: unknown[] };
    await process(JSON.stringify({ Records: [...Records, ...body.Records] }));
    expect(sent.map((letter) => letter.body)).toEqual([other]);
    expect(there(bucket)).toContain('uploads/1.jpg/manifest.json');
  });

  test('takes a slot for each of them', async () => {
    const { bucket, process } = setUp();
    for (const key of keys) bucket.source.place(key, 'A');
    const inTimeSlot = vi.fn(() => Promise.resolve());
    await process(aboutAll(...keys), 1, { inTimeSlot: inTimeSlot as MessageContext['inTimeSlot'] });
    expect(inTimeSlot).toHaveBeenCalledTimes(3);
    expect(there(bucket)).toEqual([]);
  });

  test('is delivered again if no time is left for one key, without a request', async () => {
    const { bucket, report, process } = setUp();
    for (const key of keys) bucket.source.place(key, 'A');
    let slots = 0;
    const inTimeSlot: MessageContext['inTimeSlot'] = (_message, work) =>
      work({
        pipeline: bucket,
        signal: slots++ === 1 ? AbortSignal.abort() : new AbortController().signal,
      });
    await expect(process(aboutAll(...keys), 1, { inTimeSlot })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(there(bucket)).toContain('uploads/3.jpg/manifest.json');
    expect(bucket.requests().filter((request) => request.includes('2.jpg'))).toEqual([]);
    expect(report.failure).toHaveBeenCalledOnce();
  });
});

describe('an attempt that fails', () => {
  test('comes again, and says nothing to the uploader or the operator', async () => {
    const { bucket, sent, report, process } = setUp();
    bucket.source.place(KEY, 'A');
    bucket.source.interfere = () => {
      throw unavailable;
    };
    await expect(process(about(KEY), 4)).rejects.toBe(unavailable);
    expect(report.failure).toHaveBeenCalledOnce();
    expect(manifestOf(bucket)).toBeUndefined();
    expect(sent).toEqual([]);
  });

  test('is then spared what the attempt before has made', async () => {
    const { bucket, process } = setUp();
    bucket.source.place(KEY, 'A');
    bucket.processed.interfere = (request) => {
      if (request === `PUT ${KEY}/manifest.json`) throw unavailable;
    };
    await expect(process(about(KEY))).rejects.toBe(unavailable);
    bucket.processed.interfere = () => {};
    bucket.requests();
    await process(about(KEY), 2);
    expect(bucket.requests().filter((request) => request.startsWith('PUT'))).toEqual([
      `PUT ${KEY}/manifest.json`,
    ]);
    expect(manifestOf(bucket)?.status).toBe('done');
  });

  test.each([5, 6])('is the last at receive %i: it is done, by a dead letter', async (count) => {
    const { bucket, sent, report, process } = setUp();
    bucket.source.place(KEY, 'A');
    bucket.source.interfere = (request) => {
      if (request.startsWith('HEAD')) throw unavailable;
    };
    bucket.processed.interfere = (request) => {
      if (request.includes('web.webp')) throw unavailable;
    };
    await process(about(KEY), count);
    expect(manifestOf(bucket)).toMatchObject({ error: { code: 'GAVE_UP' } });
    expect(sent).toEqual([
      { body: about(KEY), error: unavailable, sourceBucket: 'source', sourceKey: KEY },
    ]);
    expect(report.failure).toHaveBeenCalledOnce();
    expect(report.deadLetter).toHaveBeenCalledOnce();
    expect(report.eventFailed).not.toHaveBeenCalled();
  });

  test('for a defect of ours is INTERNAL', async () => {
    const inspect = () => Promise.reject(new TypeError('undefined is not a function'));
    const { bucket, report, process } = setUp({}, { engine: { inspect } });
    bucket.source.place(KEY, 'A');
    await expect(process(about(KEY))).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(report.failure.mock.calls[0]?.[1]).toMatchObject({ code: 'INTERNAL' });
  });
});

describe('a dead letter that cannot be sent', () => {
  const lost = new PipelineError('THROTTLED', 'SendMessage: RequestThrottled');
  const sendDeadLetter = () => Promise.reject(lost);
  test.each([
    ['of rubbish', 'rubbish', 1],
    ['of another bucket', formatMessage({ bucket: 'elsewhere', key: KEY }), 1],
    ['of the last attempt', about(KEY), 5],
  ])('%s: the message comes again, or SQS redrives it', async (_what, body, receiveCount) => {
    const { bucket, report, process } = setUp();
    bucket.source.interfere = () => {
      throw unavailable;
    };
    await expect(process(body, receiveCount, { sendDeadLetter })).rejects.toBe(lost);
    expect(report.deadLetterFailed).toHaveBeenCalledExactlyOnceWith(expect.anything(), lost);
    expect(report.deadLetter).not.toHaveBeenCalled();
  });
});
