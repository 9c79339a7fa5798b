import { expect, test } from 'vitest';
import { RateLimit, sendMessages } from './send.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { FakeSqs } from './testing/fake-sqs.ts';

function rig(rate = Infinity) {
  const clock = new FakeClock();
  const sqs = new FakeSqs(clock);
  const controller = new AbortController();
  const outbox = {
    sqs: sqs.client,
    queueUrl: 'queue',
    rateLimit: new RateLimit(clock, rate),
    clock,
    signal: controller.signal,
  };
  return { sqs, clock, controller, outbox };
}

const bodies = Array.from({ length: 25 }, (_, index) => `body ${index}`);

test('sends ten messages per request', async () => {
  const { sqs, outbox } = rig();
  expect((await sendMessages(bodies, outbox)).sent.size).toBe(25);
  expect(sqs.bodies('queue')).toEqual(bodies);
  expect(sqs.requests.map(({ entries }) => entries)).toEqual([10, 10, 5]);
});

test('limits requests to 256 KiB, and sends a larger message by itself', async () => {
  const { sqs, outbox } = rig();
  const large = [100, 100, 100, 600, 1, 1].map((kib) => 'ü'.repeat(kib * 512));
  await sendMessages(large, outbox);
  expect(sqs.requests.map(({ entries }) => entries)).toEqual([2, 1, 1, 2]);
});

test('retries only the messages that SQS rejects', async () => {
  const { sqs, outbox } = rig();
  let attempt = 0;
  sqs.fault = () => {
    attempt += 1;
    const refused = attempt === 1 ? ['1', '2'] : attempt === 2 ? ['2'] : [];
    return refused.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false }));
  };
  const { sent, failure } = await sendMessages(bodies.slice(0, 4), outbox);
  expect([sent.size, failure]).toEqual([4, undefined]);
  expect(sqs.bodies('queue')).toEqual(['body 0', 'body 3', 'body 1', 'body 2']);
});

test('does not retry a message with a sender fault, and sends the others', async () => {
  const { sqs, outbox } = rig();
  sqs.fault = (_, [first]) =>
    first === 'body 0' ? [{ Id: '0', Code: 'InvalidMessageContents', SenderFault: true }] : [];
  const { sent, failure } = await sendMessages(bodies.slice(0, 3), outbox);
  expect([...sent]).toEqual([1, 2]);
  expect(failure).toContain('InvalidMessageContents');
  expect(sqs.requests).toHaveLength(1);
});

test('gives up after five attempts with growing delays', async () => {
  const { sqs, outbox } = rig();
  sqs.fault = () => [{ Id: '0', Code: 'InternalError', SenderFault: false }];
  const { sent, failure } = await sendMessages(['body'], outbox);
  expect([sent.size, failure]).toEqual([0, 'InternalError: no message']);
  const times = sqs.requests.map(({ at }) => at);
  expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).toEqual([
    200, 400, 800, 1600,
  ]);
});

test('counts retries towards the rate', async () => {
  const { sqs, outbox } = rig(2);
  sqs.fault = () => [{ Id: '0', Code: 'InternalError', SenderFault: false }];
  await sendMessages(['body'], outbox);
  const times = sqs.requests.map(({ at }) => at);
  for (const [index, at] of times.entries())
    if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(500);
});

test('nothing is sent after the signal', async () => {
  const { sqs, outbox, controller } = rig();
  sqs.fault = () => {
    controller.abort();
    return undefined;
  };
  const { sent, failure } = await sendMessages(bodies, outbox);
  expect([sent.size, failure]).toEqual([10, undefined]);
});
