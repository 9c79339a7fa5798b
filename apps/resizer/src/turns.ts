import { REQUEST_TIMEOUT_MS } from '@darkroom/pipeline';
import pLimit, { type LimitFunction } from 'p-limit';

/** An image that is begun gets at least this while there is time: a single slow request may take as long. Milliseconds. */
const FAIR_MS = REQUEST_TIMEOUT_MS;
/** With less time than this an image is not begun, milliseconds. */
const LEAST_MS = 1_000;
/** More attempts than this make an image no heavier. */
const MOST_DOUBLINGS = 10;

/** The share of an image: doubled by each attempt that failed, since it may have been for want of time. */
export function weightOf(receiveCount: number): number {
  return 2 ** Math.min(Math.max(0, receiveCount - 1), MOST_DOUBLINGS);
}

/**
 * Milliseconds that one image may take, so that a slow one does not eat up the batch: its part, by weight, of the time
 * that is left, but never less than a fair minimum where there is as much.
 */
export function timeForOne(given: {
  /** Milliseconds until work has to stop. */
  readonly left: number;
  readonly weight: number;
  /** Weight of all that have not begun yet, this one included. */
  readonly waiting: number;
  /** Images that are worked on at once. */
  readonly atOnce: number;
}): number {
  const { left, weight, waiting, atOnce } = given;
  const share = (left * atOnce * weight) / waiting;
  return Math.max(0, Math.min(left, Math.max(FAIR_MS, share)));
}

/** Gives the images of a batch their turns: so many at once, each with its own time, in the order of their coming. */
export class Turns {
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

  /** Whether an image has not begun yet. */
  get hasWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** @param work gets a signal that is aborted when its time is over; already aborted where it should not begin at all */
  take<T>(receiveCount: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
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
