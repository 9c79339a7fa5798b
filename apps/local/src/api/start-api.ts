import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { secure } from './security.ts';

/** What a recipe is for and what it makes, as far as a client needs to know. */
export interface RecipeInfo {
  readonly name: string;
  readonly match: {
    readonly prefix: string;
    /** The key ends in one of these; absent where any ending will do. */
    readonly suffixes?: readonly string[];
  };
  /** Names of the variants, in the recipe's order. */
  readonly variants: readonly string[];
}

/** Body of `GET /api/stack` (docs/contract.md, "Local stack"). */
export interface StackInfo {
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** Of the embedded S3 and SQS, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** The first whose match holds is the one that is used. */
  readonly recipes: readonly RecipeInfo[];
  /** The program's output of the same name. */
  readonly settings: unknown;
}

/** Body of `GET /api/activity`: what CloudWatch has of a deployed stack. */
export interface Activity {
  /** Numbers of the function's outcomes and failures by code. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Lines of the function's log that name a key, oldest first. */
  readonly events: readonly FunctionEvent[];
  /** Batches that the function works on. */
  readonly running: number;
  /** When the oldest message of the queue was sent, milliseconds since 1970. */
  readonly oldestMessage: number | null;
}

export interface FunctionEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: string;
  readonly key: string;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  /** Milliseconds. */
  readonly duration?: number | undefined;
}

export interface ApiOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: '127.0.0.1';
  /** The built console: `index.html` and what it names. */
  readonly consoleDir: string;
  /** What runs, once it does; asked on every request. */
  readonly stack: () => StackInfo | undefined;
  /**
   * Default: no activity.
   *
   * @param minutes the latest ones
   * @param key restricts the events to an upload
   */
  readonly activity?: (minutes: number, key: string | undefined) => Activity;
}

export interface Api {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const idle = (): Activity => ({ outcomes: {}, events: [], running: 0, oldestMessage: null });

function routes(app: FastifyInstance, { consoleDir, stack, activity = idle }: ApiOptions): void {
  app.get<{ Querystring: { minutes?: number; key?: string } }>(
    '/api/activity',
    {
      schema: {
        querystring: {
          type: 'object',
          properties: {
            minutes: { type: 'number', minimum: 0, default: 15 },
            key: { type: 'string' },
          },
        },
      },
    },
    async ({ query: { minutes = 15, key } }, reply) => {
      reply.header('cache-control', 'no-store');
      return activity(minutes, key);
    },
  );
  app.get('/api/stack', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    const info = stack();
    return info ?? reply.code(503).header('retry-after', '1').send({ status: 'starting' });
  });
  app.register(fastifyStatic, {
    root: consoleDir,
    index: 'index.html',
    list: false,
    dotfiles: 'ignore',
    // A rebuilt console is there at the next reload; the ETag makes that cheap.
    cacheControl: false,
    setHeaders: (response) => {
      response.setHeader('cache-control', 'no-cache');
    },
  });
  app.setNotFoundHandler(async (request, reply) => {
    const error = `Nothing at ${request.method} ${request.url}`;
    await reply.code(404).send({ error, code: 'NOT_FOUND' });
  });
}

/**
 * Serves the console and `GET /api/stack`, on this machine only.
 * @throws the system's error with code `EADDRINUSE` where the port is taken
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const app = Fastify({ forceCloseConnections: true });
  secure(app, () => options.stack()?.endpoint);
  routes(app, options);
  try {
    await app.listen({ port: options.port, host: options.host });
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, port, stop: () => app.close() };
}
