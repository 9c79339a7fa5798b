/** The state of the model at one time. */
export interface TimelinePoint {
  /** Seconds. */
  readonly at: number;
  /** Visible messages. */
  readonly backlog: number;
  /** Calls that run. */
  readonly concurrency: number;
  readonly succeeded: number;
}

/** Most points of a timeline. */
export const TIMELINE_POINTS = 512;

/** Records the state at equal intervals. When the points are used up, it drops every second one and doubles the interval. */
export class Timeline {
  #points: TimelinePoint[] = [];
  #interval = 1 / 64;
  #next: number | undefined;

  /** @param state from the last call until `to` */
  advance(to: number, state: Omit<TimelinePoint, 'at'>): void {
    this.#next ??= to;
    while (this.#next < to) {
      // A long time without events would otherwise take one step for each interval.
      while ((to - this.#next) / this.#interval > TIMELINE_POINTS) this.#coarsen();
      this.#points.push({ at: this.#next, ...state });
      this.#next += this.#interval;
      if (this.#points.length === TIMELINE_POINTS) this.#coarsen();
    }
  }

  finish(at: number, state: Omit<TimelinePoint, 'at'>): readonly TimelinePoint[] {
    return [...this.#points.slice(0, TIMELINE_POINTS - 1), { at, ...state }];
  }

  #coarsen(): void {
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#interval *= 2;
    const last = this.#points.at(-1);
    if (last) this.#next = last.at + this.#interval;
  }
}
