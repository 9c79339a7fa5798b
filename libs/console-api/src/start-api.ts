import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import * as z from 'zod';
import { addChangesRoutes } from './changes.ts';
import type { ConsolePipeline } from './console-pipeline.ts';
import { ApiError, messageOf } from './errors.ts';
import { LiveStream, OutcomeStream, readLive } from './live.ts';
import { addPipelineRoutes } from './pipeline-routes.ts';
import { addPlaygroundRoutes } from './playground/playground-routes.ts';
import {
  type Activity,
  activitySchema,
  liveSchema,
  type StackInfo,
  stackSchema,
} from './schemas.ts';
import { secure, WriteToken } from './security.ts';

export interface ApiOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: '127.0.0.1';
  /** The built console: `index.html` and its assets. */
  readonly consoleDir: string;
  /** The running stack, undefined until it runs; asked on every request. */
  readonly stack: () => StackInfo | undefined;
  /** Default: the views of the pipeline answer 503. */
  readonly pipeline?: () => ConsolePipeline | undefined;
  /**
   * Default: no activity.
   *
   * @param minutes the latest ones
   * @param key restricts the events to an upload
   */
  readonly activity?: (minutes: number, key: string | undefined) => Activity;
  /** Default: without events. */
  readonly outcomes?: OutcomeStream;
  /** Whether pages may change the stack. Default: true. */
  readonly isWritable?: boolean;
  /** Between two readings of the overview while a page is open, milliseconds. Default: 1000. */
  readonly intervalMs?: number;
}

export interface Api {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Paths of the page's views. The page shows the view of its address. */
const VIEWS = ['/', '/uploads', '/upload', '/playground', '/changes', '/problems'];

const idle = (): Activity => ({ outcomes: {}, events: [], running: 0, oldestMessage: null });

const activityQuery = z.object({
  minutes: z.coerce.number().min(0).default(15),
  key: z.string().optional(),
});

function addStackRoutes(
  app: FastifyInstance,
  { stack, activity = idle, isWritable = true }: ApiOptions,
): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get(
    '/api/activity',
    { schema: { querystring: activityQuery, response: { 200: activitySchema } } },
    ({ query: { minutes, key } }) => activity(minutes, key),
  );
  api.get(
    '/api/stack',
    {
      schema: { response: { 200: stackSchema, 503: z.object({ status: z.literal('starting') }) } },
    },
    async (_request, reply) => {
      const info = stack();
      if (info) return { ...info, writable: isWritable };
      return reply.code(503).header('retry-after', '1').send({ status: 'starting' });
    },
  );
}

function addPage(app: FastifyInstance, consoleDir: string, token: WriteToken): void {
  app.register(fastifyStatic, {
    root: consoleDir,
    index: false,
    list: false,
    dotfiles: 'ignore',
    // A rebuilt console is there at the next reload; the ETag makes that cheap.
    cacheControl: false,
    setHeaders: (response) => {
      response.setHeader('cache-control', 'no-cache');
    },
  });
  for (const view of VIEWS)
    app.get(view, { schema: { hide: true } }, async (request, reply) => {
      token.give(request, reply);
      return reply.sendFile('index.html');
    });
}

function addLiveRoutes(
  app: FastifyInstance,
  { pipeline, activity = idle, outcomes = new OutcomeStream(), intervalMs = 1000 }: ApiOptions,
): void {
  const live = new LiveStream(
    () => readLive(pipeline?.(), (minutes) => activity(minutes, undefined)),
    intervalMs,
  );
  app.addHook('preClose', (done) => {
    live.stop();
    outcomes.stop();
    done();
  });
  const api = app.withTypeProvider<ZodTypeProvider>();
  const event = liveSchema.describe(
    'Data of the event `live`. While the stack starts: `starting`.',
  );
  api.get(
    '/api/live',
    { schema: { response: { 200: { content: { 'text/event-stream': { schema: event } } } } } },
    (_request, reply) => live.add(reply),
  );
  const outcome = z
    .looseObject({})
    .describe('Data of the events `ImageProcessed` and others (outcome-event.schema.json).');
  api.get(
    '/api/outcomes',
    { schema: { response: { 200: { content: { 'text/event-stream': { schema: outcome } } } } } },
    (_request, reply) => outcomes.add(reply),
  );
}

/** Creates the server without a port, for its description. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const app = Fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const token = new WriteToken(options.isWritable ?? true);
  secure(app, token);
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler<FastifyError>(async (error, _request, reply) => {
    if (isUnreachable(error)) {
      const message = `S3 or SQS does not answer (${messageOf(error)}). Is "npm start" still running?`;
      return reply.code(502).send({ code: 'UNREACHABLE', error: message });
    }
    const code = error.code ?? error.name;
    return reply.code(error.statusCode ?? 500).send({ code, error: messageOf(error) });
  });
  app.setNotFoundHandler(async (request, reply) => {
    const error = `Nothing at ${request.method} ${request.url}`;
    await reply.code(404).send({ error, code: 'NOT_FOUND' });
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Darkroom console', version: '1', description: 'Loopback only.' },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(async (routes) => {
    addStackRoutes(routes, options);
    addLiveRoutes(routes, options);
    const running = (): ConsolePipeline => {
      const pipeline = options.pipeline?.();
      if (!pipeline) throw new ApiError(503, 'STARTING', 'The stack is starting');
      return pipeline;
    };
    await addPipelineRoutes(routes, running);
    await addPlaygroundRoutes(routes, running, options);
    addChangesRoutes(routes, running);
    routes.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  });
  addPage(app, options.consoleDir, token);
  return app;
}

/** S3 or SQS does not answer. */
function isUnreachable(error: Error): boolean {
  return ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'TimeoutError'].includes(
    (error as NodeJS.ErrnoException).code ?? error.name,
  );
}

/**
 * Serves the console and its API, on this machine only.
 * @throws the system's error with code `EADDRINUSE` where the port is taken
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const app = await createApi(options);
  try {
    await app.listen({ port: options.port, host: options.host });
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, port, stop: () => app.close() };
}
