import type { ServerResponse } from 'node:http';

import { type Emulator, currentRequest } from '../emulator.ts';
import type { PollWaiter, SqsQueue } from '../fauxqs.ts';
import { onEveryQueue } from './queues.ts';

/**
 * Upstream: a message wakes every waiting poller, and all but one answer with nothing before their
 * time. The poll of a client that hung up receives the next message, which stays invisible until
 * its visibility timeout.
 */
export function longPolls({ sqs }: Emulator): void {
  onEveryQueue(sqs, (queue) => {
    const woken = new Set<PollWaiter>(); // called, and have not received yet
    let cancellations = 0;

    queue.notifyWaiters = () => {
      for (let free = available(queue) - woken.size; free > 0; free -= 1) {
        const waiter = queue.pollWaiters.shift();
        if (waiter === undefined) return;
        woken.add(waiter);
        clearTimeout(waiter.timer);
        waiter.resolve();
      }
    };

    const cancelWaiters = queue.cancelWaiters.bind(queue);
    queue.cancelWaiters = () => {
      cancellations += 1;
      cancelWaiters();
    };

    const waitForMessages = queue.waitForMessages.bind(queue);
    queue.waitForMessages = async (waitTimeSeconds) => {
      const before = cancellations;
      const end = Date.now() + waitTimeSeconds * 1000;
      do {
        const wait = waitForMessages(Math.max(0, end - Date.now()) / 1000);
        const waiter = queue.pollWaiters.at(-1); // the one that fauxqs has just added
        if (waiter === undefined) return wait;
        await untilHungUp(queue, waiter, wait, currentRequest()?.reply.raw);
        woken.delete(waiter);
      } while (available(queue) === 0 && Date.now() < end && cancellations === before);
    };
  });
}

/** How many receives of one message would find a message now. */
function available(queue: SqsQueue): number {
  if (!queue.isFifo()) return queue.messages.length;
  return [...queue.fifoMessages].filter(
    ([group, messages]) => messages.length > 0 && !queue.fifoLockedGroups.has(group),
  ).length;
}

/** @throws Error if the client hangs up before its waiter is woken; the waiter is withdrawn */
async function untilHungUp(
  queue: SqsQueue,
  waiter: PollWaiter,
  wait: Promise<void>,
  response: ServerResponse | undefined,
): Promise<void> {
  const { promise: hungUp, reject } = Promise.withResolvers<never>();
  const withdraw = () => {
    const index = queue.pollWaiters.indexOf(waiter);
    if (index === -1) return;
    clearTimeout(waiter.timer);
    queue.pollWaiters.splice(index, 1);
    queue.stopPollTimerIfEmpty();
    reject(new Error('The client hung up.'));
  };
  response?.once('close', withdraw);
  try {
    await Promise.race([wait, hungUp]);
  } finally {
    response?.off('close', withdraw);
  }
}
