import type { AwsRequest } from '../fault-proxy/aws-request.ts';
import { chance, choose } from './seeded-choice.ts';
import { faultsOf, type Fault } from '../fault-proxy/faults.ts';

/** How often: messages come through a few requests only, objects through many. */
const QUEUE_FACTOR = 3;

export interface PlannedFault {
  readonly kind: Fault;
  /** In [0, 1): how long a delay is, which byte is another one, where an answer ends. */
  readonly size: number;
}

/**
 * Decides which requests meet a fault: the n-th request of one kind for one key meets the same in every run with one
 * seed, whatever happened in between.
 */
export class FaultPlan {
  readonly seed: number;
  readonly #rate: number;
  readonly #seen = new Map<string, number>();
  #paused = false;

  /** @param rate share of S3's requests that meet a fault, 0 to 1 */
  constructor(seed: number, rate: number) {
    this.seed = seed;
    this.#rate = rate;
  }

  /** From now on nothing goes wrong. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  next(request: AwsRequest): PlannedFault | undefined {
    if (this.#paused || this.#rate === 0) return undefined;
    const { actor, operation, place, key = '' } = request;
    const name = [actor, operation, place, key].join(' ');
    const count = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, count);
    const rate = place === 'queue' ? this.#rate * QUEUE_FACTOR : this.#rate;
    if (chance(this.seed, 'whether', name, count) >= rate) return undefined;
    return {
      kind: choose(faultsOf(request), this.seed, 'which', name, count),
      size: chance(this.seed, 'size', name, count),
    };
  }
}
