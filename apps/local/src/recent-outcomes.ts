import * as z from 'zod';
import type { Activity, History } from '@darkroom/console-api';
import type { FunctionEvent } from '@darkroom/operations';

/** Lines to keep. A line has a few hundred bytes. */
const MOST_EVENTS = 10_000;

/** A line of the function that names a key (apps/resizer/src/telemetry.ts). */
const line = z.object({
  message: z.string(),
  key: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
  duration: z.number().optional(),
});

/** Width of a point of the chart, seconds, and their number: five minutes. */
const POINT_SECONDS = 5;
const POINTS = 60;

/** The latest lines of the function's log, in memory. They replace CloudWatch for `GET /api/activity`. */
export class RecentOutcomes {
  #events: Activity['events'][number][] = [];

  /** Ignores lines that are not about a key. */
  add(text: string): void {
    const { success, data } = line.safeParse(parseJson(text));
    if (!success) return;
    const { message, key, code, reason, error, duration } = data;
    const why = reason ?? error?.message;
    this.#events.push({ at: Date.now(), message, key, code, reason: why, duration });
    if (this.#events.length > 2 * MOST_EVENTS) this.#events = this.#events.slice(-MOST_EVENTS);
  }

  /**
   * @param time milliseconds since 1970
   * @param key restricts the events, not the counts
   */
  since(time: number, key: string | undefined): Pick<Activity, 'outcomes' | 'events'> {
    const recent = this.#events.filter(({ at }) => at >= time);
    const outcomes: Record<string, number> = {};
    for (const { message, code } of recent) {
      const name = message === 'dead letter' ? 'DEAD_LETTER' : (code ?? message.toUpperCase());
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    const events = key === undefined ? [] : this.#events.filter((event) => event.key === key);
    return { outcomes, events };
  }

  /** Lines about an upload, as `darkroom status --json` prints them. */
  eventsOf(key: string): FunctionEvent[] {
    return this.#events
      .filter((event) => event.key === key)
      .map(({ at, message, code, reason, duration }) => ({
        time: new Date(at).toISOString(),
        message,
        code,
        reason,
        duration,
      }));
  }

  /**
   * Throughput and latency of the latest minutes.
   *
   * @param now milliseconds since 1970
   */
  history(now: number): History {
    const width = POINT_SECONDS * 1000;
    const end = Math.ceil(now / width) * width;
    const begin = end - POINTS * width;
    const points = Array.from({ length: POINTS }, (_, index) => ({
      at: begin + index * width,
      ...{ done: 0, rejected: 0, failed: 0 },
      durations: [] as number[],
    }));
    for (const { at, message, duration } of this.#events) {
      const point = points[Math.floor((at - begin) / width)];
      if (!point) continue;
      if (message === 'done') point.done += 1;
      if (message === 'rejected') point.rejected += 1;
      if (message === 'attempt failed') point.failed += 1;
      if (message === 'done' && duration !== undefined) point.durations.push(duration);
    }
    return {
      seconds: POINT_SECONDS,
      points: points.map(({ durations, ...point }) => ({ ...point, latency: median(durations) })),
    };
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
