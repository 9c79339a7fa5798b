import { REQUEST_TIMEOUT_MS } from '@darkroom/pipeline';
import pLimit, { type LimitFunction } from 'p-limit';

/** The member of an SQS record that the order depends on. */
export interface Received {
  /** Number of receives, including this one. */
  readonly receiveCount: number;
}

export interface BatchPlan<R extends Received> {
  /** In the order in which to start them. */
  readonly records: readonly R[];
  /** One image at a time, each in its own process. */
  readonly isolated: boolean;
}

/**
 * Plans the order of a batch, and whether to isolate it. A repeated message may have killed its process, or may only have
 * been in the same batch. The two cases look the same, so a batch with a repeated message is isolated as a whole. Only a
 * batch of new messages can then lose its process to an image, and its good images succeed when they are delivered again.
 *
 * The last attempts start first, because an attempt that gets no time would be wasted.
 */
export function planBatch<R extends Received>(records: readonly R[]): BatchPlan<R> {
  return {
    records: records.toSorted((a, b) => b.receiveCount - a.receiveCount),
    isolated: records.some(({ receiveCount }) => receiveCount > 1),
  };
}

/** Least time slot of an image while time is left, milliseconds: one slow request may take as long. */
const FAIR_MS = REQUEST_TIMEOUT_MS;
/** With less time than this an image does not start, milliseconds. */
const LEAST_MS = 1_000;
/** The weight does not grow after this many failed attempts. */
const MOST_DOUBLINGS = 10;

/** Weight of an image. It doubles with each failed attempt, because the attempt may have run out of time. */
export function weightOf(receiveCount: number): number {
  return 2 ** Math.min(Math.max(0, receiveCount - 1), MOST_DOUBLINGS);
}

/**
 * Milliseconds that one image may take: its share, by weight, of the time that is left, and at least a fair minimum if
 * that much is left. A slow image cannot use up the time of the batch.
 */
export function timeForOne(given: {
  /** Milliseconds until work has to stop. */
  readonly left: number;
  readonly weight: number;
  /** Weight of all images that have not started, including this one. */
  readonly waiting: number;
  /** Images in progress at the same time. */
  readonly atOnce: number;
}): number {
  const { left, weight, waiting, atOnce } = given;
  const share = (left * atOnce * weight) / waiting;
  return Math.max(0, Math.min(left, Math.max(FAIR_MS, share)));
}

/** Runs the images of a batch in order of arrival: at most `atOnce` at a time, each with its own time slot. */
export class TimeSlots {
  readonly #atOnce: number;
  readonly #left: () => number;
  readonly #limit: LimitFunction;
  #waiting = 0;

  /** @param left milliseconds until work has to stop */
  constructor(atOnce: number, left: () => number) {
    this.#atOnce = atOnce;
    this.#left = left;
    this.#limit = pLimit(atOnce);
  }

  /** Whether an image has not started yet. */
  get hasWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** @param work receives a signal that aborts when the slot ends; already aborted if too little time is left to start */
  run<T>(receiveCount: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const weight = weightOf(receiveCount);
    this.#waiting += weight;
    return this.#limit(async () => {
      const left = this.#left();
      const time = timeForOne({ left, weight, waiting: this.#waiting, atOnce: this.#atOnce });
      this.#waiting -= weight;
      if (time < LEAST_MS) return work(AbortSignal.abort(new Error(`${time} ms are left`)));
      const controller = new AbortController();
      const seconds = Math.round(time / 1000);
      const end = () => controller.abort(new Error(`the image had ${seconds} s`));
      const timer = setTimeout(end, time);
      try {
        return await work(controller.signal);
      } finally {
        clearTimeout(timer);
      }
    });
  }
}
