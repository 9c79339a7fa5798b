import type { Fault } from './faults.ts';
import type { AwsRequest } from './aws-request.ts';

export interface JournalEntry extends AwsRequest {
  /** Milliseconds since the journal was begun. */
  readonly at: number;
  readonly fault?: Fault;
  /** Of the answer that was given; nothing where there was none. */
  readonly status?: number;
}

/** What went through the proxy: for figures, and for the story of a key that came out wrong. */
export class Journal {
  readonly #begun = performance.now();
  readonly #entries: JournalEntry[] = [];
  /** Message id → how often it was delivered. */
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

  /** How many of each kind were met. */
  faults(): Map<Fault, number> {
    const counts = new Map<Fault, number>();
    for (const { fault } of this.#entries)
      if (fault) counts.set(fault, (counts.get(fault) ?? 0) + 1);
    return counts;
  }

  /** One line for each request about this upload or its outputs. */
  story(key: string): string[] {
    return this.#entries
      .filter((entry) => entry.key === key || entry.key?.startsWith(`${key}/`))
      .map(({ at, actor, operation, place, key: about, status, fault }) =>
        [at, actor, operation, place, about, status ?? 'no answer', fault]
          .filter(Boolean)
          .join(' '),
      );
  }
}
