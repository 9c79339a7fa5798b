import type { AwsRequest } from './aws-request.ts';

export interface HoldOptions {
  /** Maximum number of requests; default: all that match until the release. */
  readonly most?: number;
  /** Passes the request on although its sender is gone, as a network may do. Default: false. */
  readonly late?: boolean;
}

/** Requests that the proxy holds until their release. */
export interface Hold {
  /** Resolves when the first request is held. */
  readonly reached: Promise<AwsRequest>;
  release(): void;
}

interface Waiting {
  readonly fits: (request: AwsRequest) => boolean;
  readonly reached: (request: AwsRequest) => void;
  readonly released: Promise<void>;
  readonly late: boolean;
  left: number;
}

export class Holds {
  readonly #waiting = new Set<Waiting>();

  add(
    fits: (request: AwsRequest) => boolean,
    { most = Infinity, late = false }: HoldOptions = {},
  ): Hold {
    const reached = Promise.withResolvers<AwsRequest>();
    const released = Promise.withResolvers<void>();
    const waiting = {
      ...{ fits, late, left: most },
      ...{ reached: reached.resolve, released: released.promise },
    };
    this.#waiting.add(waiting);
    return {
      reached: reached.promise,
      release: () => {
        this.#waiting.delete(waiting);
        released.resolve();
      },
    };
  }

  /** @returns whether to pass the request on although its sender may be gone */
  async pass(request: AwsRequest): Promise<boolean> {
    const waiting = [...this.#waiting].find(({ left, fits }) => left > 0 && fits(request));
    if (!waiting) return false;
    waiting.left -= 1;
    waiting.reached(request);
    await waiting.released;
    return waiting.late;
  }
}
