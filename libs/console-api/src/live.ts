import type { ServerResponse } from 'node:http';
import { readOverview } from '@darkroom/operations';
import type { OutcomeEvent } from '@darkroom/pipeline';
import type { FastifyReply } from 'fastify';
import type { ConsolePipeline } from './console-pipeline.ts';
import { messageOf } from './errors.ts';
import type { Activity, Live } from './schemas.ts';

/** A comment keeps proxies and sleeping tabs from closing the connection, milliseconds. */
const HEARTBEAT_MS = 15_000;

/** Answers with a stream of server-sent events. */
function openStream(reply: FastifyReply): ServerResponse {
  const response = reply.raw;
  const headers = reply.getHeaders();
  reply.hijack();
  response.writeHead(200, {
    ...(headers as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  response.write('retry: 1000\n\n');
  return response;
}

/** The open streams of pages and other receivers. */
class Clients {
  readonly #open = new Set<ServerResponse>();

  get size(): number {
    return this.#open.size;
  }

  /** @param onClose called when this one has gone */
  add(reply: FastifyReply, onClose = () => {}): void {
    const response = openStream(reply);
    this.#open.add(response);
    response.on('close', () => {
      this.#open.delete(response);
      onClose();
    });
  }

  send(text: string): void {
    for (const client of this.#open) client.write(text);
  }

  /** A reading that is on its way may send later: a write after the end is an error that ends the process. */
  end(): void {
    for (const client of this.#open) client.end();
    this.#open.clear();
  }
}

/**
 * Outcome events as server-sent events, when they occur. A client receives those since it is connected: earlier ones are
 * not kept.
 */
export class OutcomeStream {
  readonly #clients = new Clients();

  add(reply: FastifyReply): void {
    this.#clients.add(reply);
  }

  send(outcome: OutcomeEvent): void {
    this.#clients.send(`id: ${outcome.detail.eventId}\n${event(outcome['detail-type'], outcome)}`);
  }

  stop(): void {
    this.#clients.end();
  }
}

/**
 * The stream of server-sent events that all open pages share. It reads the overview once per interval for all of them, and
 * nothing while no page is open.
 */
export class LiveStream {
  readonly #read: () => Promise<Live | undefined>;
  readonly #intervalMs: number;
  readonly #clients = new Clients();
  #timer: NodeJS.Timeout | undefined;
  #last = '';
  #sentAt = 0;
  #isReading = false;

  /**
   * @param read undefined while the stack starts
   * @param intervalMs between two readings while a page is open
   */
  constructor(read: () => Promise<Live | undefined>, intervalMs: number) {
    this.#read = read;
    this.#intervalMs = intervalMs;
  }

  add(reply: FastifyReply): void {
    this.#clients.add(reply, () => this.#pauseIfAlone());
    this.#last = '';
    this.#timer ??= setInterval(() => void this.#tick(), this.#intervalMs);
    void this.#tick();
  }

  /** Reads now, for example after a change. */
  hurry(): void {
    if (this.#clients.size > 0) void this.#tick();
  }

  stop(): void {
    this.#clients.end();
    this.#pauseIfAlone();
  }

  #pauseIfAlone(): void {
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #tick(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const text = await this.#read()
      .then((live) => event(live === undefined ? 'starting' : 'live', live ?? {}))
      .catch((error: unknown) => event('trouble', { error: messageOf(error) }));
    this.#isReading = false;
    const now = performance.now();
    if (text === this.#last) {
      if (now - this.#sentAt < HEARTBEAT_MS) return;
      this.#clients.send(': alive\n\n');
    } else this.#clients.send(text);
    this.#last = text;
    this.#sentAt = now;
  }
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** How far back outcomes are counted, minutes. */
const MINUTES = 15;

/** @returns undefined while the stack starts */
export async function readLive(
  pipeline: ConsolePipeline | undefined,
  activity: (minutes: number) => Activity,
): Promise<Live | undefined> {
  if (!pipeline) return undefined;
  pipeline.whileWatched?.();
  const status = await readOverview(pipeline, MINUTES, {
    activity: () => pipeline.activity?.(MINUTES) ?? Promise.resolve(overviewOf(activity(MINUTES))),
    alarms: () => pipeline.alarms?.() ?? Promise.resolve(undefined),
  });
  const { index } = pipeline;
  return {
    ...{ status, counts: index.counts(), history: pipeline.history() },
    ...{ revision: index.revision, change: pipeline.change?.() ?? null },
  };
}

/** As the overview has it: with the age of the oldest message. */
function overviewOf({ outcomes, running, oldestMessage }: Activity) {
  const oldestSeconds =
    oldestMessage === null ? null : Math.max(0, Math.round((Date.now() - oldestMessage) / 1000));
  // The local stack runs no more calls than the machine takes, and refuses none.
  return { outcomes, running, throttled: 0, oldestSeconds };
}
