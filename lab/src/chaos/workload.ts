import { setTimeout as delay } from 'node:timers/promises';
import type { Application, Operation } from '../testbed/application.ts';
import type { SampleUpload } from '../testbed/sample-uploads.ts';
import { chance, choose } from './seeded-choice.ts';

const EVENT_NAMES = ['ObjectCreated:Put', 'ObjectRemoved:Delete', 'ObjectCreated:Copy'] as const;
/** Each key is overwritten and deleted many times, often while the function processes it. */
const OPERATIONS_PER_KEY = 20;

/** Keys with characters that need encoding, and keys below other keys. */
export function makeKeys(operations: number): string[] {
  const count = Math.max(8, Math.ceil(operations / OPERATIONS_PER_KEY));
  return Array.from({ length: count }, (_, index) => {
    const names = [
      `uploads/${index}.jpg`,
      `uploads/${index - 1}.jpg/inside ${index}.png`,
      `uploads/günther+söhne (${index})/%41 🙂.webp`,
      `uploads/a=b&c/${index}`,
    ];
    return names[index % names.length] ?? names[0]!;
  });
}

/** The operations of the application, decided by the seed. Those of one key are performed in this order. */
export function planOperations(
  seed: number,
  count: number,
  samples: readonly SampleUpload[],
): Operation[] {
  const keys = makeKeys(count);
  const present = new Map<string, SampleUpload>();
  return Array.from({ length: count }, (_, index): Operation => {
    const key = choose(keys, seed, 'key', index);
    const now = present.get(key);
    const draw = chance(seed, 'operation', index);
    if (draw < 0.01)
      return { kind: 'invalid message', key, body: `invalid message ${seed} ${index}` };
    if (draw < 0.07)
      return { kind: 'message', key, eventName: choose(EVENT_NAMES, seed, 'event', index) };
    if (now && draw < 0.3) {
      present.delete(key);
      return { kind: 'delete', key };
    }
    // Some upload the same content again.
    const sample = now && draw < 0.4 ? now : choose(samples, seed, 'sample', index);
    present.set(key, sample);
    return { kind: 'upload', key, sample };
  });
}

/** What the buckets and queues must contain when the queue is empty: the last operation of each key that was answered. */
export class ExpectedState {
  readonly uploads = new Map<string, SampleUpload>();
  /** Bodies of messages that must be in the dead-letter queue. */
  readonly invalidMessages = new Set<string>();

  /** Records an operation that was answered. */
  apply(operation: Operation): void {
    switch (operation.kind) {
      case 'upload':
        this.uploads.set(operation.key, operation.sample);
        break;
      case 'delete':
        this.uploads.delete(operation.key);
        break;
      case 'invalid message':
        this.invalidMessages.add(operation.body);
        break;
      case 'message':
        break;
    }
  }
}

/** Operations at the same time. Those of one key are performed one after the other. */
const CONCURRENCY = 8;
/** Messages that may wait. Kills and faults always meet work in progress, and the queue stays short. */
const BACKLOG = 40;
const PAUSE_MS = 100;

export interface WorkloadEvents {
  /** Called before the operation with this index. */
  readonly onOperation: (index: number) => void;
}

/** Performs the operations at the rate at which the pipeline processes them. */
export async function runWorkload(
  operations: readonly Operation[],
  application: Application,
  expected: ExpectedState,
  { onOperation }: WorkloadEvents,
): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  for (const [index, operation] of operations.entries()) {
    while (running.size >= CONCURRENCY) await Promise.race(running);
    if (index % CONCURRENCY === 0) await untilBacklogIsShort(application);
    onOperation(index);
    const work: Promise<void> = (busy.get(operation.key) ?? Promise.resolve())
      .then(() => application.perform(operation))
      .then(() => expected.apply(operation))
      .finally(() => running.delete(work));
    busy.set(operation.key, work);
    running.add(work);
  }
  await Promise.all(running);
}

async function untilBacklogIsShort(application: Application): Promise<void> {
  while ((await application.messages()).waiting > BACKLOG) await delay(PAUSE_MS);
}
