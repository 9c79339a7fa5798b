import type { Message } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BatchCollector } from './batch-collector.ts';
import { toPayload } from './sqs-event.ts';
import { MAX_PAYLOAD_BYTES } from './types.ts';
import type { EventSourceMappingSpec } from './types.ts';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:work';

type Arrival = { afterMs: number; messages: Message[] } | { afterMs: number; error: Error };

/** A queue in which the given things happen, each so long after the one before. */
class ScriptedQueue {
  readonly requests: { max: number; waitSeconds: number }[] = [];
  readonly #arrivals: Arrival[];
  constructor(...arrivals: Arrival[]) {
    this.#arrivals = arrivals;
  }

  receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<Message[]> {
    this.requests.push({ max, waitSeconds });
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      const arrival = this.#arrivals[0];
      if (arrival === undefined || arrival.afterMs > waitSeconds * 1000) {
        if (arrival !== undefined) arrival.afterMs -= waitSeconds * 1000;
        setTimeout(() => resolve([]), waitSeconds * 1000);
        return;
      }
      this.#arrivals.shift();
      setTimeout(() => {
        if ('error' in arrival) reject(arrival.error);
        else resolve(arrival.messages);
      }, arrival.afterMs);
    });
  }
}

function messages(count: number, body = 'x'): Message[] {
  return Array.from({ length: count }, (_, index) => ({ MessageId: `m${index}`, Body: body }));
}

function collector(queue: ScriptedQueue, changes: Partial<EventSourceMappingSpec> = {}) {
  return new BatchCollector(queue, {
    id: 'mapping',
    queueUrl: 'http://127.0.0.1:9/000000000000/work',
    queueArn: QUEUE_ARN,
    functionName: 'records',
    batchSize: 10,
    batchWindowSeconds: 0,
    reportBatchItemFailures: true,
    ...changes,
  });
}

const never = new AbortController().signal;

/** The batch, and after how many milliseconds it was there. */
async function collected(batch: Promise<Message[]>) {
  const begun = Date.now();
  const timed = batch.then((result) => ({ count: result.length, ms: Date.now() - begun }));
  await vi.advanceTimersByTimeAsync(1_000_000);
  return timed;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('without a window, what comes first is the batch', async () => {
  const queue = new ScriptedQueue({ afterMs: 50_000, messages: messages(3) });
  expect(await collected(collector(queue).collect(never))).toEqual({ count: 3, ms: 50_000 });
  // The wait for the first message has no limit: one long poll follows the other.
  expect(queue.requests).toEqual(Array(3).fill({ max: 10, waitSeconds: 20 }));
});

test('never asks for more than the batch has room for', async () => {
  const queue = new ScriptedQueue(
    { afterMs: 0, messages: messages(10) },
    { afterMs: 10, messages: messages(10) },
    { afterMs: 10, messages: messages(3) },
  );
  const batch = collector(queue, { batchSize: 23, batchWindowSeconds: 5 }).collect(never);
  expect(await collected(batch)).toEqual({ count: 23, ms: 20 });
  expect(queue.requests.map(({ max }) => max)).toEqual([10, 10, 3]);
});

describe('the window', () => {
  test('opens with the first message and collects until it is over', async () => {
    const queue = new ScriptedQueue(
      { afterMs: 30_000, messages: messages(1) },
      { afterMs: 700, messages: messages(2) },
      { afterMs: 300, messages: messages(1) },
      { afterMs: 9_000, messages: messages(5) },
    );
    const batch = collector(queue, { batchWindowSeconds: 3 }).collect(never);
    expect(await collected(batch)).toEqual({ count: 4, ms: 33_000 });
    expect(queue.requests.every(({ waitSeconds }) => waitSeconds <= 20)).toBe(true);
  });

  test('closes early when the batch is full', async () => {
    const queue = new ScriptedQueue(
      { afterMs: 0, messages: messages(1) },
      { afterMs: 100, messages: messages(9) },
    );
    const batch = collector(queue, { batchWindowSeconds: 300 }).collect(never);
    expect(await collected(batch)).toEqual({ count: 10, ms: 100 });
  });

  test('closes when the queue fails: what is collected must not wait for it', async () => {
    const queue = new ScriptedQueue(
      { afterMs: 0, messages: messages(2) },
      { afterMs: 100, error: new Error('ECONNREFUSED') },
    );
    const batch = collector(queue, { batchWindowSeconds: 300 }).collect(never);
    expect(await collected(batch)).toEqual({ count: 2, ms: 100 });
  });
});

test('a batch takes no more than 6 MB; what is left begins the next one', async () => {
  const large = messages(10, 'x'.repeat(1024 * 1024));
  const queue = new ScriptedQueue({ afterMs: 0, messages: large });
  const subject = collector(queue, { batchWindowSeconds: 1 });
  const first = subject.collect(never);
  expect(await collected(first)).toEqual({ count: 5, ms: 0 });
  expect(Buffer.byteLength(toPayload(await first, QUEUE_ARN))).toBeLessThan(MAX_PAYLOAD_BYTES);
  const second = subject.collect(never);
  expect(await collected(second)).toEqual({ count: 5, ms: 1000 });
  expect([...(await first), ...(await second)]).toEqual(large);
  expect(subject.takeCarried()).toEqual([]);
});

test('a message that is too large for any batch goes alone', async () => {
  const queue = new ScriptedQueue({
    afterMs: 0,
    messages: messages(2, '\u0001'.repeat(1024 * 1024)),
  });
  expect(await collected(collector(queue).collect(never))).toMatchObject({ count: 1 });
});

test('an error before there is a message is thrown', async () => {
  const queue = new ScriptedQueue({ afterMs: 0, error: new Error('ECONNREFUSED') });
  const failure = expect(collector(queue).collect(never)).rejects.toThrow('ECONNREFUSED');
  await vi.advanceTimersByTimeAsync(0);
  await failure;
});

test('stopped, it gives what it has, at once', async () => {
  const stop = new AbortController();
  const queue = new ScriptedQueue({ afterMs: 0, messages: messages(2) });
  const batch = collector(queue, { batchWindowSeconds: 300 }).collect(stop.signal);
  await vi.advanceTimersByTimeAsync(1000);
  stop.abort();
  expect(await collected(batch)).toEqual({ count: 2, ms: 0 });
  expect(await collected(collector(queue).collect(stop.signal))).toEqual({ count: 0, ms: 0 });
});
