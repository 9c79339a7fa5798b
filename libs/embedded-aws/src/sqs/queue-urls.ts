import type { Emulator } from '../emulator.ts';
import type { SqsStore } from '../fauxqs-internals.ts';

/** Upstream: URLs are of `sqs.REGION.localhost`, a name that not every machine resolves. */
export function queueUrls({ sqs }: Emulator): void {
  sqs.host = ''; // then fauxqs takes the request's host
}

/** Upstream: the URLs of loaded queues hold the port of the run that created them. */
export function moveQueueUrls(sqs: SqsStore, endpoint: string): void {
  const queues = [...sqs.allQueues()];
  sqs.queues.clear();
  for (const queue of queues) {
    queue.url = `${endpoint}${new URL(queue.url).pathname}`;
    sqs.queues.set(queue.url, queue);
  }
}
