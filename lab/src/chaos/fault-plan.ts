import type { AwsRequest } from '../fault-proxy/aws-request.ts';
import { faultsOf, type Faults, type PlannedFault } from '../fault-proxy/faults.ts';
import { chance, choose } from './seeded-choice.ts';

/** Requests to the queue are few, so more of them meet a fault. */
const QUEUE_FACTOR = 3;

/**
 * Decides which requests meet a fault. The n-th request of one kind for one key meets the same fault in every run with
 * the same seed.
 */
export class FaultPlan implements Faults {
  readonly seed: number;
  readonly #rate: number;
  readonly #seen = new Map<string, number>();
  #paused = false;

  /** @param rate share of S3 requests that meet a fault, 0 to 1 */
  constructor(seed: number, rate: number) {
    this.seed = seed;
    this.#rate = rate;
  }

  /** Injects no faults until `resume`. */
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
