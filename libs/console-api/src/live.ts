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

/**
 * Outcome events as server-sent events, when they occur. A client receives those since it is connected: earlier ones are
 * not kept.
 */
export class OutcomeStream {
  readonly #clients = new Set<ServerResponse>();

  add(reply: FastifyReply): void {
    const response = openStream(reply);
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
  }

  send(outcome: OutcomeEvent): void {
    const text = `id: ${outcome.detail.eventId}\n${event(outcome['detail-type'], outcome)}`;
    for (const client of this.#clients) client.write(text);
  }

  stop(): void {
    for (const client of this.#clients) client.end();
  }
}

/**
 * The stream of server-sent events that all open pages share. It reads the overview once per interval for all of them, and
 * nothing while no page is open.
 */
export class LiveStream {
  readonly #read: () => Promise<Live | undefined>;
  readonly #intervalMs: number;
  readonly #clients = new Set<ServerResponse>();
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
    const response = openStream(reply);
    this.#clients.add(response);
    response.on('close', () => this.#remove(response));
    this.#last = '';
    this.#timer ??= setInterval(() => void this.#tick(), this.#intervalMs);
    void this.#tick();
  }

  /** Reads now, for example after a change. */
  hurry(): void {
    if (this.#clients.size > 0) void this.#tick();
  }

  stop(): void {
    for (const client of this.#clients) client.end();
  }

  #remove(client: ServerResponse): void {
    this.#clients.delete(client);
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
      this.#send(': alive\n\n');
    } else this.#send(text);
    this.#last = text;
    this.#sentAt = now;
  }

  #send(text: string): void {
    for (const client of this.#clients) client.write(text);
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
