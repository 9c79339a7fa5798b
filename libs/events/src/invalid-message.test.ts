import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidMessageError } from './invalid-message.ts';
import { parseMessage, type ParsedMessage } from './parse-message.ts';
import {
  eventBridgeEvent,
  s3Notification,
  s3Record,
  snsEnvelope,
} from './testing/message-bodies.ts';

/** Characters that an SQS message attribute may contain: Amazon SQS API Reference, "SendMessage". */
const SQS_TEXT = /^[\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Parses a body, or returns an InvalidMessageError whose reason is a valid SQS message attribute. */
function outcomeOf(body: string): ParsedMessage | InvalidMessageError {
  try {
    return parseMessage(body);
  } catch (error) {
    if (!(error instanceof InvalidMessageError)) throw error;
    expect(error.code).toBe('INVALID_MESSAGE');
    expect(error.reason.length).toBeLessThan(600);
    expect(error.reason).toMatch(SQS_TEXT);
    return error;
  }
}

function reasonOf(body: string | object): string {
  const outcome = outcomeOf(typeof body === 'string' ? body : JSON.stringify(body));
  return outcome instanceof InvalidMessageError ? outcome.reason : JSON.stringify(outcome);
}

const record = (more: object) => s3Notification(s3Record('photos', 'a.jpg', more));
const object = (bucket: unknown, key: unknown) =>
  record({ s3: { bucket: { name: bucket }, object: { key } } });
const emptyNotification = s3Notification();

describe('names the path and the issue', () => {
  test.each<[string | object, string]>([
    ['', 'body: not JSON: ""'],
    ['hello', 'body: not JSON: "hello"'],
    ['{"Records":[', 'body: not JSON: "{\\"Records\\":["'],
    ['\ufeff{}', 'body: not JSON: '],
    ['null', 'body: not an S3 notification, an EventBridge event or an SNS message: "null"'],
    ['[]', 'body: not an S3 notification'],
    ['"s3:TestEvent"', 'body: not an S3 notification'],
    ['{"__proto__":{"Records":[]}}', 'body: not an S3 notification'],
    [emptyNotification, 'Records: no record'],
    [{ Records: {} }, 'Records: Invalid input: expected array, received object'],
    [{ Records: [null] }, 'Records[0]: Invalid input: expected object, received null'],
    [record({ s3: undefined }), 'Records[0].s3: Invalid input: expected object'],
    [
      record({ eventSource: 'aws:sns' }),
      'Records[0].eventSource: expected "aws:s3", found "aws:sns"',
    ],
    [
      record({ eventVersion: '3.0' }),
      'Records[0].eventVersion: expected a version "2.x", found "3.0"',
    ],
    [record({ eventVersion: '12.0' }), 'expected a version "2.x", found "12.0"'],
    [record({ eventVersion: '20' }), 'expected a version "2.x", found "20"'],
    [record({ eventVersion: 2 }), 'expected a version "2.x", found a value of type number'],
    [object('', 'a.jpg'), 'Records[0].s3.bucket.name: Too small'],
    [object('b'.repeat(256), 'a.jpg'), 'Records[0].s3.bucket.name: Too big'],
    [object('photos', 7), 'Records[0].s3.object.key: Invalid input: expected string'],
    [object('photos', ''), 'Records[0].s3.object.key: an empty key'],
    [object('photos', '%C3'), 'Records[0].s3.object.key: a key that is not URL-encoded UTF-8'],
    [object('photos', '\ud800'), 'Records[0].s3.object.key: a key with a lone surrogate'],
    [object('photos', 'é'.repeat(513)), 'key: a key of 1026 bytes, S3 allows 1024'],
    [{ Records: [{ EventSource: 'aws:sns', Sns: {} }] }, 'Records[0].s3: Invalid input'],
    [
      eventBridgeEvent('photos', 'a.jpg', { source: 'aws.ec2' }),
      'source: expected "aws.s3", found "aws.ec2"',
    ],
    [
      eventBridgeEvent('photos', 'a.jpg', { 'detail-type': 'Object Tags Added' }),
      '["detail-type"]: expected "Object Created" or "Object Deleted", found "Object Tags Added"',
    ],
    [eventBridgeEvent('photos', ''), 'detail.object.key: an empty key'],
    [
      { Type: 'SubscriptionConfirmation', Message: 'You have chosen to subscribe' },
      'Type: expected "Notification", found "SubscriptionConfirmation"',
    ],
    [{ Type: 'Notification', Message: 'hello' }, 'Message: not JSON: "hello"'],
    [{ Type: 'Notification', Message: {} }, 'Message: Invalid input: expected string'],
    [snsEnvelope(emptyNotification), 'Message.Records: no record'],
    [snsEnvelope(snsEnvelope({})), 'Message.Message: not an S3 notification'],
  ])('%j: %s', (body, reason) => {
    expect(reasonOf(body)).toContain(reason);
  });

  test.each<[string, unknown, string]>([
    ['no value', undefined, 'found nothing'],
    ['null', null, 'found null'],
    ['an array', [1], 'found an array'],
    ['40 characters', 'x'.repeat(40), `found "${'x'.repeat(40)}"`],
    ['the first 40 of 41 characters', 'x'.repeat(41), `found "${'x'.repeat(40)}…"`],
    ['a character that SQS rejects as U+FFFD', 'a\uffffb', 'found "a\ufffdb"'],
    ['a control character as U+FFFD', 'a\u007fb\u009fc', 'found "a\ufffdb\ufffdc"'],
  ])('shows %s', (_, source, found) => {
    expect(reasonOf(eventBridgeEvent('photos', 'a.jpg', { source }))).toBe(
      `source: expected "aws.s3", ${found}`,
    );
  });

  test('has the error of the JSON parser or the schema as its cause', () => {
    expect(outcomeOf('hello')).toMatchObject({
      name: 'InvalidMessageError',
      message: 'Invalid message: body: not JSON: "hello"',
      cause: expect.any(SyntaxError),
    });
    for (const key of ['', '%C3'])
      expect(outcomeOf(JSON.stringify(object('photos', key)))).toMatchObject({
        cause: { issues: [{ code: 'custom', path: ['Records', 0, 's3', 'object', 'key'] }] },
      });
  });

  test('rejects a message with one invalid record', () => {
    const records = [s3Record('photos', 'a.jpg'), s3Record('photos', 'b.jpg', { s3: {} })];
    expect(reasonOf(s3Notification(...records))).toContain('Records[1].s3.bucket');
  });

  test('lists at most three issues, in the cause too', () => {
    const error = outcomeOf(JSON.stringify({ Records: Array.from({ length: 1000 }, () => ({})) }));
    expect(error).toMatchObject({
      reason: expect.stringMatching(/^Records\[0\].*Records\[2\].*; and 997 more$/),
      cause: { issues: { length: 3 } },
    });
  });
});

describe('rejects', () => {
  test.each([
    ['256 KiB of rubbish', 'x'.repeat(2 ** 18)],
    ['256 KiB of string', JSON.stringify('\ud800\u0000'.repeat(2 ** 14))],
    ['a key of 256 KiB', JSON.stringify(object('photos', '%F0%9F%90%88'.repeat(20_000)))],
    ['10,000 levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    [
      '10,000 levels as the source',
      `{"Records":[{"eventSource":${'['.repeat(1e4)}${']'.repeat(1e4)}}]}`,
    ],
    [
      '10,000 levels through SNS',
      JSON.stringify({ Type: 'Notification', Message: '['.repeat(1e4) }),
    ],
    ['100,000 records that are not objects', `{"Records":[${'1,'.repeat(100_000)}1]}`],
  ])('%s', (_, body) => {
    expect(outcomeOf(body)).toBeInstanceOf(InvalidMessageError);
  });

  test('a message in more than four SNS envelopes', () => {
    let message: object = s3Notification(s3Record('photos', 'a.jpg'));
    for (let layer = 1; layer <= 4; layer++) message = snsEnvelope(message);
    expect(outcomeOf(JSON.stringify(message))).toMatchObject({ kind: 'changes' });
    expect(reasonOf(snsEnvelope(message))).toBe('body: more than 4 SNS envelopes');
  });

  test('members of the prototype', () => {
    const body = '{"__proto__":{"Event":"s3:TestEvent"},"constructor":{"Records":[]}}';
    expect(reasonOf(body)).toContain('not an S3 notification');
    expect(({} as Record<string, unknown>)['Event']).toBeUndefined();
  });
});

describe('parses or throws an InvalidMessageError', () => {
  test('for any string', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (body) => void outcomeOf(body)));
    fc.assert(fc.property(fc.json(), (body) => void outcomeOf(body)));
  });

  test('for any JSON in any place of a message', () => {
    /** A value of the right shape, some parts omitted or replaced by any JSON. */
    const near = (shape: unknown): fc.Arbitrary<unknown> => {
      const intact = Array.isArray(shape)
        ? fc.tuple(...shape.map(near))
        : typeof shape === 'object' && shape !== null
          ? fc.record(
              Object.fromEntries(Object.entries(shape).map(([name, part]) => [name, near(part)])),
            )
          : fc.constant(shape);
      return fc.oneof(
        { weight: 12, arbitrary: intact },
        { weight: 1, arbitrary: fc.jsonValue() },
        { weight: 1, arbitrary: fc.constant(undefined) },
      );
    };
    const message = fc.oneof(
      near(s3Notification(s3Record('photos', 'a.jpg'), s3Record('photos', 'b.jpg'))),
      near(eventBridgeEvent('photos', 'a.jpg')),
      near(snsEnvelope(s3Notification(s3Record('photos', 'a.jpg')))),
    );
    fc.assert(
      fc.property(message, (value) => void outcomeOf(JSON.stringify(value) ?? '')),
      { numRuns: 500 },
    );
  });
});
