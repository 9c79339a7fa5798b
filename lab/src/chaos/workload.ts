import { setTimeout as delay } from 'node:timers/promises';
import type { Application } from '../testbed/application.ts';
import type { Model } from './expected-state.ts';
import type { Operation } from './operations.ts';

/** Keys that are worked on at once; the operations of one key are one after the other. */
const LANES = 8;
/** Messages that may wait: so much is under way that kills and faults meet it, and never hours of it. */
const BACKLOG = 40;
const PAUSE_MS = 100;

export interface WorkloadEvents {
  /** Before the operation with this index in the plan. */
  readonly onOperation: (index: number) => void;
}

/** Performs the operations at the pace at which the pipeline works them off. */
export async function runWorkload(
  operations: readonly Operation[],
  application: Application,
  model: Model,
  { onOperation }: WorkloadEvents,
): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  for (const [index, operation] of operations.entries()) {
    while (running.size >= LANES) await Promise.race(running);
    if (index % LANES === 0) await backlogIsShort(application);
    onOperation(index);
    const work: Promise<void> = (busy.get(operation.key) ?? Promise.resolve())
      .then(() => application.perform(operation))
      .then(() => model.apply(operation))
      .finally(() => running.delete(work));
    busy.set(operation.key, work);
    running.add(work);
  }
  await Promise.all(running);
}

async function backlogIsShort(application: Application): Promise<void> {
  while ((await application.messages()).waiting > BACKLOG) await delay(PAUSE_MS);
}
