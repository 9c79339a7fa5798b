/** Long, aborted, killed and failing runs lose no message and hide no message. */
import { describe, expect, test, vi } from 'vitest';
import { HeldMessages, MAX_HELD, VISIBILITY_SECONDS } from './dead-letters.ts';
import type { RedriveProgress } from './redrive.ts';
import { bodyOf, Rig } from './testing/redrive-rig.ts';

const CHANGE = 'ChangeMessageVisibilityBatchCommand';

test('received messages stay invisible during a long run, and the run receives each once', async () => {
  const rig = new Rig();
  for (let index = 0; index < 200; index++)
    rig.addDeadLetter(`${index}.jpg`, index % 2 === 0 ? 'TIMEOUT' : 'TRANSFORM_FAILED');
  // 1,000 seconds with a visibility timeout of 600.
  const result = await rig.redrive({
    filter: { errorCodes: ['TIMEOUT'] },
    ratePerSecond: 0.1,
  });
  expect(result).toMatchObject({ looked: 200, moved: 100, hidden: 0 });
  expect(new Set(rig.moved).size).toBe(100);
  rig.expectAllVisible();
  // Each of 100 held messages is renewed at half of its timeout, thus at most every 300 seconds, and released once.
  const renewals = rig.sqs.requests.filter(({ command }) => command === CHANGE);
  expect(renewals.reduce((sum, { entries }) => sum + entries, 0)).toBeLessThanOrEqual(400);
});

test('a message is renewed when half of its visibility timeout is over, and only then', async () => {
  const rig = new Rig();
  rig.addDeadLetters(10, 'TRANSFORM_FAILED');
  const begun = rig.clock.now();
  for (let index = 0; index < 40; index++) rig.addDeadLetter(`b/${index}.jpg`, 'TIMEOUT');
  // The first receive holds ten messages. Each of the next four takes 100 seconds, one for each ten of them.
  await rig.redrive({ filter: { errorCodes: ['TIMEOUT'] }, ratePerSecond: 0.1 });
  const renewals = rig.sqs.requests.filter(({ command }) => command === CHANGE);
  expect(renewals.map(({ at, entries }) => [(at - begun) / 1000, entries])).toEqual([
    [390, 10],
    [391, 10],
  ]);
});

test('each message is renewed when half of its own timeout is over', async () => {
  const rig = new Rig();
  const held = new HeldMessages(rig.sqs.client, 'dead', rig.clock);
  const begun = rig.clock.now();
  for (const [handle, at] of [
    ['a', 0],
    ['b', 200],
  ] as const)
    held.add(handle, begun + at * 1000);
  for (const seconds of [299, 1, 199, 1, 99, 1]) {
    await rig.clock.sleep(seconds * 1000);
    await held.keep();
  }
  expect(held.size).toBe(2);
  expect(rig.sqs.requests.map(({ at }) => (at - begun) / 1000)).toEqual([300, 500, 600]);
  await held.release();
  expect(held.size).toBe(0);
});

test('the limits that the contract states: ten minutes, and room for other consumers', () => {
  expect(VISIBILITY_SECONDS).toBe(600);
  expect(MAX_HELD).toBe(100_000);
});

test('a run that holds as many messages as it may receives no more', async () => {
  const rig = new Rig();
  rig.addDeadLetters(30);
  const size = vi.spyOn(HeldMessages.prototype, 'size', 'get');
  try {
    size.mockReturnValueOnce(MAX_HELD - 1).mockReturnValue(MAX_HELD);
    const result = await rig.redrive({ dryRun: true });
    expect(result).toMatchObject({ looked: 10, stoppedBy: 'in-flight', hidden: 0 });
  } finally {
    size.mockRestore();
  }
  rig.expectAllVisible();
});

test('an aborted run makes its received messages visible', async () => {
  for (let abortedAt = 1; abortedAt < 40; abortedAt++) {
    const rig = new Rig();
    for (let index = 0; index < 35; index++)
      rig.addDeadLetter(`${index}.jpg`, index % 2 === 0 ? 'TIMEOUT' : 'TRANSFORM_FAILED');
    const controller = new AbortController();
    rig.sqs.fault = () => {
      if (rig.sqs.requests.length === abortedAt) controller.abort();
      return undefined;
    };
    const seen: RedriveProgress[] = [];
    const { moved, stoppedBy } = await rig.redrive({
      filter: { errorCodes: ['TIMEOUT'] },
      ratePerSecond: 3,
      signal: controller.signal,
      onProgress: (progress) => seen.push(progress),
    });
    if (moved < 18) expect(stoppedBy).toBe('signal');
    // An aborted run does not report what it no longer moves.
    expect(new Set(seen.map(({ looked, moved }) => `${looked} ${moved}`)).size).toBe(seen.length);
    expect(rig.moved).toHaveLength(moved);
    expect(rig.sqs.bodies('dead')).toHaveLength(35 - moved);
    rig.expectAllVisible();
  }
});

test('a run that is aborted before it begins receives nothing', async () => {
  const rig = new Rig();
  rig.addDeadLetters(5);
  expect(await rig.redrive({ signal: AbortSignal.abort() })).toMatchObject({
    ...{ total: 5, looked: 0, moved: 0, stoppedBy: 'signal' },
  });
  expect(rig.sqs.requests.map(({ command }) => command)).toEqual(['GetQueueAttributesCommand']);
});

test('a kill at any request loses no message, and the next run moves the rest', async () => {
  let isOver = false;
  for (let killedAt = 1; !isOver; killedAt++)
    for (const isCarriedOut of [false, true]) {
      const rig = new Rig();
      rig.addDeadLetters(25);
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

describe('if SQS rejects', () => {
  test('a send, the run moves the other messages', async () => {
    const rig = new Rig();
    rig.addDeadLetters(5);
    rig.sqs.fault = (command) =>
      command === 'SendMessageBatchCommand'
        ? [{ Id: '2', Code: 'InvalidMessageContents', SenderFault: true }]
        : undefined;
    await expect(rig.redrive()).rejects.toMatchObject({ code: 'SEND_FAILED' });
    expect(rig.moved).toHaveLength(4);
    expect(rig.sqs.bodies('dead')).toEqual([bodyOf('photos/2.jpg')]);
    rig.expectAllVisible();
  });

  test('a deletion, the message is in both queues', async () => {
    const rig = new Rig();
    rig.addDeadLetters(5);
    rig.sqs.fault = (command) =>
      command === 'DeleteMessageBatchCommand'
        ? ['InternalError', 'ServiceUnavailable'].map((Code, index) => ({
            ...{ Id: `${index}`, Code, SenderFault: false },
          }))
        : undefined;
    await expect(rig.redrive()).rejects.toMatchObject({
      code: 'DELETE_FAILED',
      message: expect.stringMatching(/: InternalError, ServiceUnavailable$/),
    });
    expect(rig.moved).toHaveLength(5);
    expect(rig.sqs.bodies('dead')).toEqual([bodyOf('photos/0.jpg'), bodyOf('photos/1.jpg')]);
    rig.expectAllVisible();
  });

  const failReceivesAfter = (receives: number, name: string) => {
    const rig = new Rig();
    rig.addDeadLetters(50);
    let received = 0;
    rig.sqs.fault = (command) => {
      if (command === 'ReceiveMessageCommand' && (received += 1) > receives)
        throw Object.assign(new Error('refused'), { name });
      return undefined;
    };
    return rig;
  };

  test('more messages in flight, the run ends and reports it', async () => {
    const rig = failReceivesAfter(2, 'OverLimit');
    expect(await rig.redrive({ dryRun: true })).toMatchObject({
      looked: 20,
      stoppedBy: 'in-flight',
    });
    rig.expectAllVisible();
  });

  test('a receive for another reason, the run fails with it', async () => {
    const rig = failReceivesAfter(2, 'AccessDenied');
    await expect(rig.redrive({ dryRun: true })).rejects.toMatchObject({ name: 'AccessDenied' });
    rig.expectAllVisible();
  });

  test('a deletion twice, the third attempt deletes the message, after 0.2 and 0.4 seconds', async () => {
    const rig = new Rig();
    rig.addDeadLetters(1);
    let deletions = 0;
    rig.sqs.fault = (command) =>
      command === 'DeleteMessageBatchCommand' && (deletions += 1) < 3
        ? [{ Id: '0', Code: 'InternalError', SenderFault: false }]
        : undefined;
    expect(await rig.redrive()).toMatchObject({ moved: 1, stoppedBy: 'end' });
    const at = rig.sqs.requests
      .filter(({ command }) => command === 'DeleteMessageBatchCommand')
      .map((request) => request.at);
    expect(at.map((time) => time - (at[0] ?? 0))).toEqual([0, 200, 600]);
    expect(rig.sqs.bodies('dead')).toEqual([]);
  });

  test('to release messages, the run counts them as hidden', async () => {
    const rig = new Rig();
    rig.addDeadLetters(12);
    rig.sqs.fault = (command) =>
      command === CHANGE ? [{ Id: '1', Code: 'InternalError', SenderFault: false }] : undefined;
    expect(await rig.redrive({ dryRun: true })).toMatchObject({ hidden: 2 });
    rig.sqs.fault = (command) => {
      if (command === CHANGE) throw new Error('refused');
      return undefined;
    };
    await rig.clock.sleep(VISIBILITY_SECONDS * 1000);
    expect(await rig.redrive({ dryRun: true })).toMatchObject({ hidden: 12 });
  });
});
