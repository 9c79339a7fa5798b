import type { Fault } from './faults.ts';
import type { AwsRequest } from './aws-request.ts';

export interface JournalEntry extends AwsRequest {
  /** Milliseconds since the start of the journal. */
  readonly at: number;
  readonly fault?: Fault;
  /** Of the response; absent if there was none. */
  readonly status?: number;
}

/** Records the requests that pass the proxy, for figures and to explain violations. */
export class Journal {
  readonly #begun = performance.now();
  readonly #entries: JournalEntry[] = [];
  /** Message id → number of deliveries. */
  readonly deliveries = new Map<string, number>();

  add(request: AwsRequest, fault: Fault | undefined, status: number | undefined): void {
    this.#entries.push({
      at: Math.round(performance.now() - this.#begun),
      ...request,
      ...(fault !== undefined && { fault }),
      ...(status !== undefined && { status }),
    });
  }

  get requests(): number {
    return this.#entries.length;
  }

  /** Number of faults of each kind. */
  faults(): Map<Fault, number> {
    const counts = new Map<Fault, number>();
    for (const { fault } of this.#entries)
      if (fault) counts.set(fault, (counts.get(fault) ?? 0) + 1);
    return counts;
  }

  /** One line for each request about an upload or its outputs. */
  about(key: string): string[] {
    return this.#entries
      .filter((entry) => entry.key === key || entry.key?.startsWith(`${key}/`))
      .map(({ at, actor, operation, place, key: object, status, fault }) =>
        [at, actor, operation, place, object, status ?? 'no response', fault]
          .filter(Boolean)
          .join(' '),
      );
  }
}
