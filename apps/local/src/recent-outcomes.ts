import * as z from 'zod';
import type { Activity, FunctionEvent } from './api/start-api.ts';

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

/** The latest lines of the function's log, in memory. They replace CloudWatch for `GET /api/activity`. */
export class RecentOutcomes {
  #events: FunctionEvent[] = [];

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
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
