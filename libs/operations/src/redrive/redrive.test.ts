import { formatMessage } from '@darkroom/events';
import { describe, expect, test } from 'vitest';
import { Buckets, settings } from '../testing/buckets.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeSqs } from '../testing/fake-sqs.ts';
import { createExplainer } from './explain.ts';
import { VISIBILITY_SECONDS } from './held-messages.ts';
import { RedriveRun } from './redrive-run.ts';
import type { Redriven, RedriveOptions, RedriveProgress } from './redrive.ts';

const bodyOf = (key: string) => formatMessage({ bucket: 'sources', key });

class Rig {
  readonly clock = new FakeClock();
  readonly sqs = new FakeSqs(this.clock);
  readonly buckets = new Buckets();

  letter(key: string, errorCode?: string): string {
    return this.sqs.put('dead', bodyOf(key), errorCode === undefined ? {} : { errorCode });
  }

  letters(count: number, errorCode = 'TRANSFORM_FAILED'): void {
    for (let index = 0; index < count; index++) this.letter(`photos/${index}.jpg`, errorCode);
  }

  redrive(options: Partial<RedriveOptions> = {}): Promise<Redriven> {
    const explain = createExplainer(this.buckets.outputs, settings.recipes);
    const run = new RedriveRun(
      {
        sqs: this.sqs.client,
        deadLetterQueueUrl: 'dead',
        queueUrl: 'queue',
        filter: 'all',
        clock: this.clock,
        ...options,
      },
      explain,
    );
    return run.run();
  }

  get moved(): string[] {
    return this.sqs.bodies('queue');
  }

  /** Nothing of the dead-letter queue is hidden. */
  expectAllVisible(): void {
    expect(this.sqs.visible('dead')).toBe(this.sqs.bodies('dead').length);
  }
}

describe('which are moved', () => {
  function mixed(): Rig {
    const rig = new Rig();
    rig.letter('a/1.jpg', 'TRANSFORM_FAILED');
    rig.letter('a/2.jpg', 'TIMEOUT');
    rig.letter('b/3.jpg', 'TRANSFORM_FAILED');
    rig.sqs.put('dead', 'rubbish', { errorCode: 'INVALID_MESSAGE' });
    return rig;
  }

  test('all', async () => {
    const rig = mixed();
    expect(await rig.redrive()).toMatchObject({ looked: 4, moved: 4, stoppedBy: 'end' });
    expect(rig.moved).toEqual([bodyOf('a/1.jpg'), bodyOf('a/2.jpg'), bodyOf('b/3.jpg'), 'rubbish']);
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

  test('some', async () => {
    const rig = mixed();
    const id = rig.letter('c/4.jpg', 'TIMEOUT');
    rig.letters(40);
    const { looked } = await rig.redrive({ filter: { messageIds: [id, id] } });
    expect(rig.moved).toEqual([bodyOf('c/4.jpg')]);
    // Nobody looks on when all have been found.
    expect(looked).toBe(10);
    rig.expectAllVisible();
  });
});

describe('a message that SQS moved by itself, after a crash', () => {
  test('is explained by the manifest of its key', async () => {
    const rig = new Rig();
    rig.letter('bomb.jpg');
    rig.buckets.process('bomb.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
    rig.letter('unknown.jpg');
    rig.letter('done.jpg');
    rig.buckets.process('done.jpg');
    rig.letter('notes.txt');
    const { found } = await rig.redrive({ dryRun: true });
    expect([...found.byErrorCode]).toEqual([
      ['GAVE_UP', 1],
      ['UNEXPLAINED', 3],
    ]);
  });

  test('is taken by that code', async () => {
    const rig = new Rig();
    rig.letter('bomb.jpg');
    rig.buckets.process('bomb.jpg', { eTag: 'v1', rejected: 'GAVE_UP' });
    rig.letter('other.jpg');
    await rig.redrive({ filter: { errorCodes: ['GAVE_UP'] } });
    expect(rig.moved).toEqual([bodyOf('bomb.jpg')]);
  });
});

describe('a dry run', () => {
  test('says what there is and what would move, and changes nothing', async () => {
    const rig = new Rig();
    rig.letters(30);
    rig.letter('b/1.jpg', 'TIMEOUT');
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

  test('tells a hundred groups apart, however many a hostile queue has', async () => {
    const rig = new Rig();
    for (let index = 0; index < 150; index++) rig.letter(`${index}/a.jpg`, `CODE_${index}`);
    const { found } = await rig.redrive({ dryRun: true });
    expect(found.byErrorCode.size).toBe(101);
    expect(found.byErrorCode.get('*')).toBe(50);
    expect(found.byFolder.get('*')).toBe(50);
  });
});

describe('a storm', () => {
  test('is stopped by a limit that is 1,000 unless given', async () => {
    const rig = new Rig();
    rig.letters(1005);
    const result = await rig.redrive({ ratePerSecond: Infinity });
    expect(result).toMatchObject({ moved: 1000, stoppedBy: 'limit' });
    expect(rig.moved).toHaveLength(1000);
    rig.expectAllVisible();
    expect(await rig.redrive({ limit: Infinity })).toMatchObject({ moved: 5, stoppedBy: 'end' });
  });

  test('is exactly as large as the limit', async () => {
    const rig = new Rig();
    rig.letters(30);
    await rig.redrive({ limit: 13 });
    expect(rig.moved).toHaveLength(13);
    expect(rig.sqs.bodies('dead')).toHaveLength(17);
    rig.expectAllVisible();
  });

  test('keeps to the rate', async () => {
    const rig = new Rig();
    rig.letters(60);
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

  test('does not feed itself: what comes back while it runs is left', async () => {
    const rig = new Rig();
    rig.letters(25);
    // The function fails at once, and again.
    rig.sqs.fault = (command, bodies) => {
      void rig.clock.sleep(1);
      if (command === 'SendMessageBatchCommand')
        for (const body of bodies) rig.sqs.put('dead', body, { errorCode: 'TRANSFORM_FAILED' });
      return undefined;
    };
    const result = await rig.redrive({ limit: Infinity });
    expect(result).toMatchObject({ moved: 25, newer: 25, stoppedBy: 'end' });
    rig.expectAllVisible();
  });
});

test('what is looked at stays hidden while the run lasts, however long, and is seen once', async () => {
  const rig = new Rig();
  for (let index = 0; index < 200; index++)
    rig.letter(`${index}.jpg`, index % 2 === 0 ? 'TIMEOUT' : 'TRANSFORM_FAILED');
  // A thousand seconds, at 600 of visibility.
  const result = await rig.redrive({
    filter: { errorCodes: ['TIMEOUT'] },
    ratePerSecond: 0.1,
  });
  expect(result).toMatchObject({ looked: 200, moved: 100, hidden: 0 });
  expect(new Set(rig.moved).size).toBe(100);
  rig.expectAllVisible();
});

test('an aborted run makes visible what it had looked at', async () => {
  for (let abortedAt = 1; abortedAt < 40; abortedAt++) {
    const rig = new Rig();
    for (let index = 0; index < 35; index++)
      rig.letter(`${index}.jpg`, index % 2 === 0 ? 'TIMEOUT' : 'TRANSFORM_FAILED');
    const controller = new AbortController();
    rig.sqs.fault = () => {
      if (rig.sqs.requests.length === abortedAt) controller.abort();
      return undefined;
    };
    const { moved } = await rig.redrive({
      filter: { errorCodes: ['TIMEOUT'] },
      ratePerSecond: 3,
      signal: controller.signal,
    });
    expect(rig.moved).toHaveLength(moved);
    expect(rig.sqs.bodies('dead')).toHaveLength(35 - moved);
    rig.expectAllVisible();
  }
});

test('wherever it is killed nothing is lost, and the next run moves the rest', async () => {
  let isOver = false;
  for (let killedAt = 1; !isOver; killedAt++)
    for (const isCarriedOut of [false, true]) {
      const rig = new Rig();
      rig.letters(25);
      const all = rig.sqs.bodies('dead').sort();
      rig.sqs.killAt(killedAt, isCarriedOut);
      await rig.redrive().catch((error: unknown) => {
        expect(error).toMatchObject({ message: 'killed' });
      });
      isOver = rig.sqs.requests.length < killedAt;
      const kept = new Set([...rig.moved, ...rig.sqs.bodies('dead')]);
      expect([...kept].sort()).toEqual(all);
      rig.sqs.revive();
      await rig.clock.sleep(VISIBILITY_SECONDS * 1000);
      await rig.redrive();
      expect([...new Set(rig.moved)].sort()).toEqual(all);
      expect(rig.sqs.bodies('dead')).toEqual([]);
    }
});

describe('SQS that refuses', () => {
  test('to take one: the others are moved, that one stays', async () => {
    const rig = new Rig();
    rig.letters(5);
    rig.sqs.fault = (command) =>
      command === 'SendMessageBatchCommand'
        ? [{ Id: '2', Code: 'InvalidMessageContents', SenderFault: true }]
        : undefined;
    await expect(rig.redrive()).rejects.toMatchObject({ code: 'SEND_FAILED' });
    expect(rig.moved).toHaveLength(4);
    expect(rig.sqs.bodies('dead')).toEqual([bodyOf('photos/2.jpg')]);
    rig.expectAllVisible();
  });

  test('to delete one: it is in both queues', async () => {
    const rig = new Rig();
    rig.letters(5);
    rig.sqs.fault = (command) =>
      command === 'DeleteMessageBatchCommand'
        ? [{ Id: '0', Code: 'InternalError', SenderFault: false }]
        : undefined;
    await expect(rig.redrive()).rejects.toMatchObject({ code: 'DELETE_FAILED' });
    expect(rig.moved).toHaveLength(5);
    expect(rig.sqs.bodies('dead')).toEqual([bodyOf('photos/0.jpg')]);
    rig.expectAllVisible();
  });

  test('to have more in flight: the run ends, and says so', async () => {
    const rig = new Rig();
    rig.letters(50);
    let receives = 0;
    rig.sqs.fault = (command) => {
      if (command === 'ReceiveMessageCommand' && (receives += 1) > 2)
        throw Object.assign(new Error('Too many'), { name: 'OverLimit' });
      return undefined;
    };
    expect(await rig.redrive({ dryRun: true })).toMatchObject({
      looked: 20,
      stoppedBy: 'in-flight',
    });
    rig.expectAllVisible();
  });
});

test('progress says how far it is', async () => {
  const rig = new Rig();
  rig.letters(25);
  const seen: RedriveProgress[] = [];
  await rig.redrive({ onProgress: (progress) => seen.push(progress) });
  expect(seen.at(0)).toEqual({ total: 25, looked: 10, moved: 0 });
  expect(seen.at(-1)).toEqual({ total: 25, looked: 25, moved: 25 });
});
