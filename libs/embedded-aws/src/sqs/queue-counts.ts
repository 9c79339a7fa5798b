import type { Emulator } from '../emulator.ts';
import { onEveryQueue } from './every-queue.ts';

/** Upstream: expired visibility and delays are counted as such until somebody receives. */
export function queueCounts({ sqs }: Emulator): void {
  onEveryQueue(sqs, (queue) => {
    const getAttribute = queue.getAttribute.bind(queue);
    queue.getAttribute = (name) => {
      if (name.startsWith('ApproximateNumberOf')) queue.processTimers();
      return getAttribute(name);
    };
  });
}
