import { formatMessage } from '@darkroom/events';
import { outcomeEvent, PipelineError, type OutcomeEvent } from '@darkroom/pipeline';
import { KEY, letters, manifestOf } from '@darkroom/pipeline/testing';
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
import { createAnnounce, eventBusSender, type Announce } from './outcome-events.ts';
import { processMessage } from './process-message.ts';
import type { DeadLetter } from './dead-letter.ts';
import {
  reset,
  startCannedAws,
  status,
  type Answer,
  type CannedAws,
} from './testing/canned-aws.ts';

const BUS = 'arn:aws:events:us-east-1:123456789012:event-bus/photos-outcomes';
const answered = (body: object): Answer =>
  status(200, { 'content-type': 'application/x-amz-json-1.1' }, JSON.stringify(body));
const taken = answered({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
const refused = (ErrorCode: string) =>
  answered({ FailedEntryCount: 1, Entries: [{ ErrorCode, ErrorMessage: 'as told' }] });

let aws: CannedAws;
let announce: Announce;
beforeAll(async () => {
  aws = await startCannedAws();
  announce = createAnnounce('aws', [await eventBusSender(BUS, (client) => client)]);
});
beforeEach(() => aws.answer(taken));
afterAll(() => aws.close());

const id = {
  eventId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  eventTime: expect.any(String) as string,
};

interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Resources: readonly string[];
  readonly EventBusName: string;
  readonly Time: number;
}
const sentEvents = () =>
  aws.requests.map(({ body }) => {
    const [entry] = (JSON.parse(body) as { Entries: [Entry] }).Entries;
    return { ...entry, Detail: JSON.parse(entry.Detail) as OutcomeEvent['detail'] };
  });

/** The real pipeline on buckets in memory; uploads are letters, and R is not an image. */
function setUp(upload: string) {
  const pipeline = letters();
  pipeline.source.place(KEY, upload);
  const sent: DeadLetter[] = [];
  const report = {
    ...{ outcome: vi.fn(), failure: vi.fn(), deadLetter: vi.fn(), deadLetterFailed: vi.fn() },
    ...{ eventFailed: vi.fn(), backOffFailed: vi.fn(), memory: vi.fn() },
  };
  const signal = new AbortController().signal;
  const process = (receiveCount = 1, key = KEY) =>
    processMessage(
      { id: `of ${key}`, body: formatMessage({ bucket: 'source', key }), receiveCount },
      {
        maxReceiveCount: 5,
        report,
        sendDeadLetter: (letter) => Promise.resolve(void sent.push(letter)),
        inTimeSlot: (_message, work) => work({ pipeline, signal, announce }),
      },
    );
  return { pipeline, sent, report, process };
}

test.each([
  ['A', 'ImageProcessed'],
  ['R', 'ImageRejected'],
])(
  'sends the outcome of %s with its manifest, after the manifest is committed',
  async (upload, detailType) => {
    const { pipeline, process } = setUp(upload);
    await process();
    expect(sentEvents()).toEqual([
      {
        EventBusName: BUS,
        Time: expect.any(Number) as number,
        Source: 'darkroom',
        DetailType: detailType,
        Detail: { ...manifestOf(pipeline), ...id },
        Resources: [`arn:aws:s3:::${pipeline.processed.bucket}/${KEY}/manifest.json`],
      },
    ]);
  },
);

test('sends nothing for a key without a recipe', async () => {
  const { process } = setUp('A');
  await process(1, 'elsewhere/x');
  expect(aws.requests).toEqual([]);
});

describe('a removed upload', () => {
  test('sends an event after its outputs are gone, and the same one with each attempt', async () => {
    const { pipeline, process } = setUp('A');
    await process();
    pipeline.source.objects.clear();
    await process();
    expect(pipeline.processed.objects.size).toBe(0);
    await process(2);
    const [processed, removed, again] = sentEvents();
    expect(removed).toEqual({
      ...processed,
      Time: expect.any(Number) as number,
      DetailType: 'ImageRemoved',
      Detail: { version: 1, status: 'removed', source: { bucket: 'source', key: KEY }, ...id },
    });
    const time = { eventTime: expect.any(String) as string };
    expect(again).toEqual({
      ...removed,
      Time: expect.any(Number) as number,
      Detail: { ...removed?.Detail, ...time },
    });
    expect(again?.Detail.eventId).toBe(removed?.Detail.eventId);
    expect(removed?.Detail.eventId).not.toBe(processed?.Detail.eventId);
  });

  test('sends nothing if its outputs stay', async () => {
    const { pipeline, process } = setUp('A');
    const [recipe] = pipeline.recipes;
    if (!recipe) throw new Error('no recipe');
    Object.assign(pipeline, { recipes: [{ ...recipe, onSourceRemoved: 'keep' }] });
    await process();
    pipeline.source.objects.clear();
    await process();
    expect(sentEvents()).toMatchObject([{ DetailType: 'ImageProcessed' }]);
  });
});

describe('a give-up', () => {
  const failing = () => {
    const set = setUp('A');
    vi.spyOn(set.pipeline.processed, 'list').mockRejectedValue(
      new PipelineError('STORAGE_UNAVAILABLE', 'S3 is down'),
    );
    return set;
  };

  test('sends an event after its dead letter', async () => {
    const { sent, process, report } = failing();
    await expect(process(4)).rejects.toThrow('S3 is down');
    expect(aws.requests).toEqual([]);
    await process(5);
    expect(sent).toMatchObject([{ sourceKey: KEY }]);
    expect(sentEvents()).toMatchObject([
      {
        DetailType: 'ImageGaveUp',
        Detail: {
          status: 'gave-up',
          source: { bucket: 'source', key: KEY },
          error: { code: 'STORAGE_UNAVAILABLE', message: 'S3 is down' },
        },
      },
    ]);
    expect(report.eventFailed).not.toHaveBeenCalled();
  });

  test('is one dead letter, even if EventBridge does not take the event', async () => {
    const { sent, process, report } = failing();
    aws.answer(refused('InternalFailure'));
    await process(5);
    expect(sent).toHaveLength(1);
    expect(report.eventFailed).toHaveBeenCalledWith(KEY, expect.any(PipelineError));
  });
});

test('an event that one of two receivers refuses comes again to both, with its id', async () => {
  const { pipeline, process } = setUp('A');
  const received: OutcomeEvent[] = [];
  const refuse = vi.fn().mockRejectedValueOnce(new PipelineError('THROTTLED', 'too many'));
  announce = createAnnounce('aws', [(event) => Promise.resolve(void received.push(event)), refuse]);
  onTestFinished(async () => {
    announce = createAnnounce('aws', [await eventBusSender(BUS, (client) => client)]);
  });
  await expect(process()).rejects.toThrow('too many');
  refuse.mockResolvedValue(undefined);
  await process(2);
  expect(received).toHaveLength(2);
  const [first, second] = received.map(({ detail }) => detail);
  expect(second).toEqual({ ...first, eventTime: second?.eventTime });
  expect(refuse).toHaveBeenLastCalledWith(received[1], expect.any(AbortSignal));
  expect(manifestOf(pipeline)).toMatchObject({ status: 'done' });
});

describe('an event that is not taken', () => {
  test.each([
    ['throttled', refused('ThrottlingException'), 'THROTTLED'],
    ['not well', refused('InternalFailure'), 'STORAGE_UNAVAILABLE'],
    ['not allowed', status(400, { 'x-amzn-errortype': 'AccessDeniedException' }, '{}'), undefined],
    ['not there', reset, 'TIMEOUT'],
  ])('brings the message back: EventBridge is %s', async (_what, answer, code) => {
    const { process, report } = setUp('A');
    aws.answer(answer);
    await expect(process()).rejects.toMatchObject({
      ...(code !== undefined && { code }),
      message: expect.stringContaining(`PutEvents to ${BUS}`),
    });
    // Not counted as done yet.
    expect(report.outcome).not.toHaveBeenCalled();
  });

  test('brings the message back, even if EventBridge does not say why', async () => {
    const { process } = setUp('A');
    aws.answer(answered({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }));
    await expect(process()).rejects.toThrow('InternalFailure: the entry was not taken');
  });

  test('is taken if EventBridge names no entry', async () => {
    const { process, report } = setUp('A');
    aws.answer(answered({ FailedEntryCount: 0 }));
    await process();
    expect(report.outcome).toHaveBeenCalledOnce();
  });

  test('is sent by the next attempt, although the outputs are up to date', async () => {
    const { pipeline, process } = setUp('A');
    aws.answer(refused('InternalFailure'));
    await expect(process()).rejects.toThrow('InternalFailure');
    aws.answer(taken);
    await process(2);
    expect(sentEvents()).toMatchObject([
      { DetailType: 'ImageProcessed', Detail: manifestOf(pipeline) },
    ]);
  });

  test('is sent after a redrive too, which restarts the count of attempts', async () => {
    const { pipeline, sent, process } = setUp('A');
    aws.answer(refused('InternalFailure'));
    await process(5);
    expect(sent).toMatchObject([{ sourceKey: KEY }]);
    aws.answer(taken);
    await process(1);
    expect(sentEvents()).toMatchObject([
      { DetailType: 'ImageProcessed', Detail: manifestOf(pipeline) },
    ]);
  });
});

test('is not sent for outputs that are up to date, if their manifest has gone since', async () => {
  const { pipeline, process } = setUp('A');
  await process();
  const get = pipeline.processed.get.bind(pipeline.processed);
  let reads = 0;
  vi.spyOn(pipeline.processed, 'get').mockImplementation((...given) => {
    reads += 1;
    // The pipeline has read it when it compared the outputs.
    return reads === 1 ? get(...given) : Promise.resolve({ kind: 'missing' });
  });
  aws.answer(taken);
  await process(2);
  expect(reads).toBe(2);
  expect(sentEvents()).toEqual([]);
});

test('ends with the time of the image, if EventBridge does not answer', async () => {
  const send = await eventBusSender(BUS, (client) => client);
  const time = new AbortController();
  aws.answer(() => time.abort(new Error('the image had 5 s')));
  const event = outcomeEvent(
    { version: 1, status: 'removed', source: { bucket: 'source', key: KEY } },
    { manifestArn: 'arn:aws:s3:::processed/a', messageId: 'm', startedAt: new Date() },
  );
  await expect(send(event, time.signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(aws.requests).toHaveLength(1);
});

test('has the time of the start of its attempt, although it is sent later', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_767_323_045_678 });
  onTestFinished(() => void vi.useRealTimers());
  const { pipeline, process } = setUp('A');
  const list = pipeline.processed.list.bind(pipeline.processed);
  vi.spyOn(pipeline.processed, 'list').mockImplementation((...folder) => {
    vi.setSystemTime(1_767_323_999_999);
    return list(...folder);
  });
  await process();
  expect(sentEvents()).toMatchObject([
    { Time: 1_767_323_045.678, Detail: { eventTime: '2026-01-02T03:04:05.678Z' } },
  ]);
});
