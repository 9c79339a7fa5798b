import { formatMessage } from '@darkroom/events';
import type { OutcomeEvent } from '@darkroom/pipeline';
import { KEY, letters, manifestOf } from '@darkroom/pipeline/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAnnounce, type Announce } from './outcome-events.ts';
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
  announce = await createAnnounce(BUS, (client) => client);
});
beforeEach(() => aws.answer(taken));
afterAll(() => aws.close());

interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Resources: readonly string[];
  readonly EventBusName: string;
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
    ...{ backOffFailed: vi.fn(), memory: vi.fn() },
  };
  const signal = new AbortController().signal;
  const process = (receiveCount = 1, key = KEY) =>
    processMessage(
      { body: formatMessage({ bucket: 'source', key }), receiveCount },
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
        Source: 'darkroom',
        DetailType: detailType,
        Detail: manifestOf(pipeline),
        Resources: [`arn:aws:s3:::${pipeline.processed.bucket}/${KEY}/manifest.json`],
      },
    ]);
  },
);

test('sends nothing without an outcome', async () => {
  const { pipeline, process } = setUp('A');
  await process(1, 'elsewhere/x');
  pipeline.source.objects.clear();
  await process();
  expect(aws.requests).toEqual([]);
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
