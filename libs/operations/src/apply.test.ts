import { parseMessage } from '@darkroom/events';
import { describe, expect, test } from 'vitest';
import { TestBuckets } from './testing/buckets.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { FakeSqs } from './testing/fake-sqs.ts';
import { applyToBuckets, type Applied, type ApplyProgress, type ApplyRun } from './apply.ts';

class Rig {
  readonly clock = new FakeClock();
  readonly sqs = new FakeSqs(this.clock);
  readonly buckets = new TestBuckets();

  /** Uploads without outputs. */
  missing(count: number): string[] {
    const keys = Array.from(
      { length: count },
      (_, index) => `${String(index).padStart(5, '0')}.jpg`,
    );
    for (const key of keys) this.buckets.upload(key);
    return keys;
  }

  applyToBuckets(run: Partial<ApplyRun> = {}, prefix = ''): Promise<Applied> {
    return applyToBuckets(this.buckets.pair(prefix), {
      sqs: this.sqs.client,
      queueUrl: 'queue',
      clock: this.clock,
      ...run,
    });
  }

  get sent(): string[] {
    return this.sqs.bodies('queue').flatMap((body) => {
      const message = parseMessage(body);
      return message.kind === 'changes' ? message.changes.map(({ key }) => key) : [];
    });
  }
}

test('sends a message for each repairable key, and for no other', async () => {
  const rig = new Rig();
  rig.buckets.upload('up to date.jpg');
  rig.buckets.process('up to date.jpg');
  rig.buckets.upload('rejected.jpg');
  rig.buckets.process('rejected.jpg', { eTag: 'v1', rejected: 'CORRUPT_IMAGE' });
  rig.buckets.upload('gave up.jpg');
  rig.buckets.process('gave up.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
  rig.buckets.upload('missing+%.jpg');
  rig.buckets.upload('overwritten.jpg', 'v2');
  rig.buckets.process('overwritten.jpg');
  rig.buckets.upload('old recipe.jpg');
  rig.buckets.process('old recipe.jpg', { eTag: 'v1', recipeHash: 'old' });
  rig.buckets.process('gone.jpg');
  rig.buckets.process('kept/gone.jpg');
  rig.buckets.foreign('theirs.jpg/logo.png');
  rig.buckets.upload('notes.txt');
  const applied = await rig.applyToBuckets();
  expect(rig.sent.sort()).toEqual([
    'gave up.jpg',
    'gone.jpg',
    'missing+%.jpg',
    'old recipe.jpg',
    'overwritten.jpg',
  ]);
  expect(applied).toMatchObject({
    stoppedBy: 'end',
    compared: 10,
    sent: {
      missing: 1,
      'source-changed': 1,
      'recipe-changed': 1,
      'transform-changed': 0,
      damaged: 0,
      retryable: 1,
      orphaned: 1,
    },
  });
});

test('sends only the requested kinds and keys below the prefix', async () => {
  const rig = new Rig();
  for (const key of ['a/1.jpg', 'a/2.jpg', 'b/1.jpg']) rig.buckets.upload(key);
  rig.buckets.process('a/3.jpg');
  await rig.applyToBuckets({ kinds: ['missing'] }, 'a/');
  expect(rig.sent).toEqual(['a/1.jpg', 'a/2.jpg']);
});

test('a dry run counts as a run does, without sending or waiting', async () => {
  const rig = new Rig();
  rig.missing(1200);
  const begun = rig.clock.now();
  const { sent, stoppedBy } = await rig.applyToBuckets({ dryRun: true });
  expect([sent.missing, stoppedBy]).toEqual([1200, 'end']);
  expect(rig.sqs.requests).toEqual([]);
  expect(rig.clock.now()).toBe(begun);
});

test('sends messages at the rate, including retries', async () => {
  const rig = new Rig();
  rig.missing(200);
  let requests = 0;
  rig.sqs.fault = () =>
    (requests += 1) % 3 === 0 ? [{ Id: '0', Code: 'InternalError', SenderFault: false }] : [];
  const begun = rig.clock.now();
  await rig.applyToBuckets({ ratePerSecond: 20 });
  expect(rig.sent).toHaveLength(200);
  for (const { at } of rig.sqs.requests) {
    const until = rig.sqs.requests.filter((request) => request.at <= at);
    const messages = until.reduce((sum, { entries }) => sum + entries, 0);
    expect(messages).toBeLessThanOrEqual((20 * (at - begun)) / 1000 + 10);
  }
});

describe('a limit', () => {
  test('ends the run exactly, and the next run resumes after it', async () => {
    const rig = new Rig();
    const keys = rig.missing(700);
    const first = await rig.applyToBuckets({ limit: 503 });
    expect(first.stoppedBy).toBe('limit');
    expect(rig.sent).toEqual(keys.slice(0, 503));
    const position = JSON.parse(JSON.stringify(first.position)) as unknown;
    const second = await rig.applyToBuckets({ position });
    expect(second).toMatchObject({ stoppedBy: 'end', sent: { missing: 197 } });
    expect(rig.sent).toEqual(keys);
  });

  test('defaults to 10,000, and only an explicit Infinity removes it', async () => {
    const rig = new Rig();
    rig.missing(10_001);
    rig.buckets.sources.pageSize = 20_000;
    const limited = await rig.applyToBuckets({ ratePerSecond: Infinity });
    expect(limited).toMatchObject({ stoppedBy: 'limit', sent: { missing: 10_000 } });
    const dry = await rig.applyToBuckets({ limit: Infinity, dryRun: true });
    expect(dry).toMatchObject({ stoppedBy: 'end', sent: { missing: 10_001 } });
  });

  test.each([0, -1, 1.5, NaN])('rejects %d', async (limit) => {
    await expect(new Rig().applyToBuckets({ limit })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});

test('an aborted run ends after the current request, and the next run resumes', async () => {
  const rig = new Rig();
  const keys = rig.missing(100);
  const controller = new AbortController();
  rig.sqs.fault = () => {
    if (rig.sqs.requests.length === 3) controller.abort();
    return undefined;
  };
  const aborted = await rig.applyToBuckets({ signal: controller.signal });
  expect(aborted.stoppedBy).toBe('signal');
  expect(rig.sent).toEqual(keys.slice(0, 30));
  await rig.applyToBuckets({ position: aborted.position });
  expect(rig.sent).toEqual(keys);
});

test('a run that resumes from the saved position omits no key, wherever the first run was killed', async () => {
  for (let killedAt = 1; killedAt <= 8; killedAt++)
    for (const isCarriedOut of [false, true]) {
      const rig = new Rig();
      const keys = rig.missing(73);
      let saved = '';
      const onProgress = ({ position }: ApplyProgress) => {
        saved = JSON.stringify(position);
      };
      rig.sqs.killAt(killedAt, isCarriedOut);
      await expect(rig.applyToBuckets({ onProgress })).rejects.toThrow('killed');
      rig.sqs.revive();
      await rig.applyToBuckets(saved === '' ? {} : { position: JSON.parse(saved) as unknown });
      expect([...new Set(rig.sent)].sort()).toEqual(keys);
      // Only the current batch is sent twice.
      expect(rig.sent.length).toBeLessThanOrEqual(keys.length + 10);
    }
});

test('throws if SQS rejects a message on every attempt', async () => {
  const rig = new Rig();
  rig.missing(3);
  rig.sqs.fault = () => [{ Id: '1', Code: 'InvalidMessageContents', SenderFault: true }];
  await expect(rig.applyToBuckets()).rejects.toMatchObject({
    code: 'SEND_FAILED',
    message: expect.stringContaining('1 of 3 messages: InvalidMessageContents'),
  });
});

describe('a saved position', () => {
  test.each([{}, null, 'x', { version: 2 }])('rejects %j', async (position) => {
    await expect(new Rig().applyToBuckets({ position })).rejects.toMatchObject({
      code: 'INVALID_POSITION',
    });
  });

  test('rejects another prefix', async () => {
    const rig = new Rig();
    const { position } = await rig.applyToBuckets({}, 'a/');
    await expect(rig.applyToBuckets({ position }, 'b/')).rejects.toMatchObject({
      code: 'INVALID_POSITION',
      message: 'The saved position is for the prefix "a/", this run for "b/"',
    });
  });
});
