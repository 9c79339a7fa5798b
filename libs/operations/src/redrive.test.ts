import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { redrive, redriveReport, redriveReportSchema, type RedriveProgress } from './redrive.ts';
import { settings } from './testing/buckets.ts';
import { bodyOf, Rig } from './testing/redrive-rig.ts';

describe('moves', () => {
  function mixed(): Rig {
    const rig = new Rig();
    rig.addDeadLetter('a/1.jpg', 'TRANSFORM_FAILED');
    rig.addDeadLetter('a/2.jpg', 'TIMEOUT');
    rig.addDeadLetter('b/3.jpg', 'TRANSFORM_FAILED');
    rig.sqs.put('dead', 'invalid', { errorCode: 'INVALID_MESSAGE' });
    return rig;
  }

  test('all messages', async () => {
    const rig = mixed();
    expect(await rig.redrive()).toMatchObject({ looked: 4, moved: 4, stoppedBy: 'end' });
    expect(rig.moved).toEqual([bodyOf('a/1.jpg'), bodyOf('a/2.jpg'), bodyOf('b/3.jpg'), 'invalid']);
    expect(rig.sqs.bodies('dead')).toEqual([]);
  });

  test('by error code', async () => {
    const rig = mixed();
    await rig.redrive({ filter: { errorCodes: ['TIMEOUT', 'INTERNAL'] } });
    expect(rig.moved).toEqual([bodyOf('a/2.jpg')]);
    expect(rig.sqs.bodies('dead')).toHaveLength(3);
    rig.expectAllVisible();
  });

  test('by prefix', async () => {
    const rig = mixed();
    await rig.redrive({ filter: { prefix: 'a/' } });
    expect(rig.moved).toEqual([bodyOf('a/1.jpg'), bodyOf('a/2.jpg')]);
    rig.expectAllVisible();
  });

  test('by an empty prefix, which matches only messages with keys', async () => {
    const rig = mixed();
    const testEvent = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'sources' };
    rig.sqs.put('dead', JSON.stringify(testEvent));
    const { found } = await rig.redrive({ filter: { prefix: '' } });
    expect(rig.moved).toEqual([bodyOf('a/1.jpg'), bodyOf('a/2.jpg'), bodyOf('b/3.jpg')]);
    expect(found.byErrorCode.get('UNEXPLAINED')).toBe(1);
    expect(found.byFolder.get('')).toBe(2);
  });

  test('that were sent before a time', async () => {
    const rig = mixed();
    await rig.clock.sleep(5000);
    const before = rig.clock.now();
    rig.addDeadLetter('a/at.jpg', 'TIMEOUT');
    await rig.clock.sleep(1);
    rig.addDeadLetter('a/after.jpg', 'TIMEOUT');
    await rig.redrive({ filter: { before, errorCodes: ['TIMEOUT'] } });
    expect(rig.moved).toEqual([bodyOf('a/2.jpg')]);
  });

  test('messages by id', async () => {
    const rig = mixed();
    const id = rig.addDeadLetter('c/4.jpg', 'TIMEOUT');
    rig.addDeadLetters(40);
    const { looked } = await rig.redrive({ filter: { messageIds: [id, id] } });
    expect(rig.moved).toEqual([bodyOf('c/4.jpg')]);
    // The run ends when it has found all ids.
    expect(looked).toBe(10);
    rig.expectAllVisible();
  });
});

describe('a message that SQS moved after a crash', () => {
  test('is explained by the manifest of its key', async () => {
    const rig = new Rig();
    rig.addDeadLetter('bomb.jpg');
    rig.buckets.process('bomb.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
    rig.addDeadLetter('unknown.jpg');
    rig.addDeadLetter('done.jpg');
    rig.buckets.process('done.jpg');
    rig.addDeadLetter('notes.txt');
    const { found } = await rig.redrive({ dryRun: true });
    expect([...found.byErrorCode]).toEqual([
      ['GAVE_UP', 1],
      ['UNEXPLAINED', 3],
    ]);
  });

  test('is explained by one of its first ten keys', async () => {
    const rig = new Rig();
    const of = (keys: string[]) =>
      JSON.stringify({
        Records: keys.map((key) => ({
          ...{ eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' },
          s3: { bucket: { name: 'sources' }, object: { key, sequencer: '1' } },
        })),
      });
    const keys = Array.from({ length: 11 }, (_, index) => `${index}.jpg`);
    rig.buckets.process('9.jpg', { eTag: 'v1', rejected: 'TOO_LARGE' });
    rig.buckets.process('10.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
    rig.sqs.put('dead', of(keys));
    rig.sqs.put('dead', of(keys.toReversed()));
    rig.sqs.put('dead', of(keys.toSpliced(9, 1)));
    const { found } = await rig.redrive({ dryRun: true });
    expect([...found.byErrorCode]).toEqual([
      ['TOO_LARGE', 1],
      ['GAVE_UP', 2],
    ]);
    const eleventh = new Rig();
    eleventh.buckets.process('10.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
    eleventh.sqs.put('dead', of(keys));
    expect([...(await eleventh.redrive({ dryRun: true })).found.byErrorCode]).toEqual([
      ['UNEXPLAINED', 1],
    ]);
  });

  test('is selected by that code', async () => {
    const rig = new Rig();
    rig.addDeadLetter('bomb.jpg');
    rig.buckets.process('bomb.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
    rig.addDeadLetter('other.jpg');
    await rig.redrive({ filter: { errorCodes: ['GAVE_UP'] } });
    expect(rig.moved).toEqual([bodyOf('bomb.jpg')]);
  });
});

describe('a dry run', () => {
  test('counts found and matching messages, and changes nothing', async () => {
    const rig = new Rig();
    rig.addDeadLetters(30);
    rig.addDeadLetter('b/1.jpg', 'TIMEOUT');
    const result = await rig.redrive({
      dryRun: true,
      limit: 7,
      filter: { errorCodes: ['TRANSFORM_FAILED'] },
    });
    expect(result).toMatchObject({ total: 31, looked: 31, moved: 7, stoppedBy: 'end', hidden: 0 });
    expect([...result.found.byErrorCode]).toEqual([
      ['TRANSFORM_FAILED', 30],
      ['TIMEOUT', 1],
    ]);
    expect([...result.found.byFolder]).toEqual([
      ['photos/', 30],
      ['b/', 1],
    ]);
    expect(result.matching.messages).toBe(30);
    expect(rig.moved).toEqual([]);
    expect(rig.sqs.bodies('dead')).toHaveLength(31);
    rig.expectAllVisible();
  });

  test('reports at most 100 groups of a hostile queue', async () => {
    const rig = new Rig();
    for (let index = 0; index < 150; index++) rig.addDeadLetter(`${index}/a.jpg`, `CODE_${index}`);
    const { found } = await rig.redrive({ dryRun: true });
    expect(found.byErrorCode.size).toBe(101);
    expect(found.byErrorCode.get('*')).toBe(50);
    expect(found.byFolder.get('*')).toBe(50);
  });
});

describe('a flood of messages', () => {
  test('ends at the default limit of 1,000', async () => {
    const rig = new Rig();
    rig.addDeadLetters(1005);
    const result = await rig.redrive({ ratePerSecond: Infinity });
    expect(result).toMatchObject({ moved: 1000, stoppedBy: 'limit' });
    expect(rig.moved).toHaveLength(1000);
    rig.expectAllVisible();
    expect(await rig.redrive({ limit: Infinity })).toMatchObject({ moved: 5, stoppedBy: 'end' });
  });

  test('moves exactly as many messages as the limit', async () => {
    const rig = new Rig();
    rig.addDeadLetters(30);
    await rig.redrive({ limit: 13 });
    expect(rig.moved).toHaveLength(13);
    expect(rig.sqs.bodies('dead')).toHaveLength(17);
    rig.expectAllVisible();
  });

  test('moves 50 messages per second by default', async () => {
    const rig = new Rig();
    rig.addDeadLetters(100);
    await rig.redrive();
    const sends = rig.sqs.requests.filter(({ command }) => command === 'SendMessageBatchCommand');
    const at = sends.map((send) => send.at - (sends[0]?.at ?? 0));
    expect(at).toEqual([0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]);
  });

  test('respects the rate', async () => {
    const rig = new Rig();
    rig.addDeadLetters(60);
    const begun = rig.clock.now();
    await rig.redrive({ ratePerSecond: 4 });
    const sends = rig.sqs.requests.filter(({ command }) => command === 'SendMessageBatchCommand');
    for (const { at } of sends) {
      const until = sends.filter((send) => send.at <= at);
      const messages = until.reduce((sum, { entries }) => sum + entries, 0);
      expect(messages).toBeLessThanOrEqual((4 * (at - begun)) / 1000 + 4);
    }
    expect(rig.moved).toHaveLength(60);
  });

  test('does not move messages that fail again during the run', async () => {
    const rig = new Rig();
    rig.addDeadLetters(25);
    // The function fails at once for every message.
    rig.sqs.fault = (command, bodies) => {
      void rig.clock.sleep(1);
      if (command === 'SendMessageBatchCommand')
        for (const body of bodies) rig.sqs.put('dead', body, { errorCode: 'TRANSFORM_FAILED' });
      return undefined;
    };
    const result = await rig.redrive({ limit: 100 });
    expect(result).toMatchObject({ moved: 25, newer: 25, looked: 50, stoppedBy: 'end' });
    rig.expectAllVisible();
  });
});

test('reports progress after each receive, and after each request that moved some', async () => {
  const rig = new Rig();
  rig.addDeadLetters(25);
  const seen: RedriveProgress[] = [];
  await rig.redrive({ onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ looked, moved }) => [looked, moved])).toEqual([
    [10, 0],
    [10, 10],
    [20, 10],
    [20, 20],
    [25, 20],
    [25, 25],
  ]);
  expect(new Set(seen.map(({ total }) => total))).toEqual(new Set([25]));
});

test('explains messages by the manifests in the bucket', async () => {
  const rig = new Rig();
  rig.addDeadLetter('bomb.jpg');
  rig.buckets.process('bomb.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
  const read: unknown[] = [];
  const s3 = {
    send: async ({ input }: { input: { Bucket: string; Key: string } }) => {
      read.push(input);
      const body = await rig.buckets.outputs.read(input.Key);
      return { Body: { transformToByteArray: () => Promise.resolve(body) } };
    },
  };
  const { found, moved } = await redrive({
    ...{ sqs: rig.sqs.client, deadLetterQueueUrl: 'dead', queueUrl: 'queue', clock: rig.clock },
    ...{ s3: s3 as unknown as S3Client, processedBucket: 'processed', filter: 'all' },
    recipes: settings.recipes,
  });
  expect([...found.byErrorCode]).toEqual([['GAVE_UP', 1]]);
  expect(read).toEqual([{ Bucket: 'processed', Key: expect.stringContaining('bomb.jpg') }]);
  expect(moved).toBe(1);
});

describe('a report', () => {
  test('has the counts, and what a run moved', async () => {
    const run = async (dryRun: boolean) => {
      const rig = new Rig();
      rig.addDeadLetters(2);
      rig.addDeadLetter('b/1.jpg', 'TIMEOUT');
      const filter = { errorCodes: ['TRANSFORM_FAILED'] };
      return redriveReport('prod', await rig.redrive({ dryRun, filter }), dryRun);
    };
    const report = {
      stack: 'prod',
      found: { TRANSFORM_FAILED: 2, TIMEOUT: 1 },
      matching: { TRANSFORM_FAILED: 2 },
      folders: { 'photos/': 2 },
      letters: ['photos/0.jpg', 'photos/1.jpg'].map((key) => ({
        ...{ messageId: expect.any(String) as string, code: 'TRANSFORM_FAILED', keys: [key] },
        sent: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      })),
      moved: 2,
      dryRun: false,
      stoppedBy: 'end',
    };
    expect(await run(false)).toEqual(report);
    expect(await run(true)).toEqual({ ...report, moved: 0, dryRun: true });
  });

  test('names the first hundred messages that match, and ten keys of each', async () => {
    const rig = new Rig();
    const keys = Array.from({ length: 12 }, (_, index) => `a/${index}.jpg`);
    const records = (key: string) => (JSON.parse(bodyOf(key)) as { Records: object[] }).Records;
    const body = JSON.stringify({ Records: keys.flatMap(records) });
    rig.sqs.put('dead', body, { errorCode: 'TIMEOUT' });
    rig.addDeadLetters(114, 'TIMEOUT');
    const run = await rig.redrive({ dryRun: true });
    const { letters, matching } = redriveReport('prod', run, true);
    expect(matching).toEqual({ TIMEOUT: 115 });
    expect(letters).toHaveLength(100);
    expect(letters[0]?.keys).toEqual(keys.slice(0, 10));
    expect(letters[99]?.keys).toEqual(['photos/98.jpg']);
  });

  const letter = {
    ...{ messageId: 'b9b7', code: 'TIMEOUT', keys: ['a/1.jpg'] },
    sent: '2026-12-03T06:30:00.000Z',
  };

  test.each(['end', 'limit', 'in-flight', 'signal'])('may end by %s', (stoppedBy) => {
    const report = {
      ...{ stack: 'prod', found: {}, matching: {}, folders: {}, letters: [letter] },
      ...{ moved: 0, dryRun: false, stoppedBy },
    };
    expect(redriveReportSchema.parse(report)).toEqual(report);
    for (const wrong of [{ more: 1 }, { letters: [{ ...letter, more: 1 }] }])
      expect(redriveReportSchema.safeParse({ ...report, ...wrong }).success).toBe(false);
  });
});
