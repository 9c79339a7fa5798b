import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import {
  findUpload,
  readManifestOf,
  readUploadStatus,
  redrive,
  redriveReport,
  redriveReportSchema,
  removedSchema,
  removeUpload,
  retriedSchema,
  retryUploads,
} from '@darkroom/operations';
import { selectRecipe } from '@darkroom/pipeline';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { ConsolePipeline } from './console-pipeline.ts';
import { ApiError, errors } from './errors.ts';
import {
  keyQuerySchema,
  keysSchema,
  objectQuerySchema,
  pageQuerySchema,
  pageSchema,
  redriveBodySchema,
  rejectionsQuerySchema,
  rejectionsSchema,
  retryBodySchema,
  SPANS,
  storedSchema,
  storyQuerySchema,
  storySchema,
} from './schemas.ts';
import { objectHeaders } from './security.ts';

/** Removals at the same time. */
const REMOVALS = 4;
/** The index notices outputs that come late, so a removal need not wait long to verify itself, milliseconds. */
const VERIFY_MS = 300;
/** S3's largest object, bytes. */
const LARGEST_UPLOAD = 5 * 1024 ** 4;

/** Routes that need a running pipeline. */
export async function addPipelineRoutes(
  app: FastifyInstance,
  running: () => ConsolePipeline,
): Promise<void> {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/api/uploads',
    { schema: { querystring: pageQuerySchema, response: { 200: pageSchema, ...errors } } },
    ({ query: { offset, limit, ...filter } }) => {
      const { index } = running();
      return { ...index.query(filter, offset, limit), counts: index.counts() };
    },
  );

  api.get(
    '/api/rejections',
    {
      schema: {
        querystring: rejectionsQuerySchema,
        response: { 200: rejectionsSchema, ...errors },
      },
    },
    ({ query: { span } }) => running().index.rejections(Date.now(), SPANS[span]),
  );

  api.get(
    '/api/upload',
    { schema: { querystring: storyQuerySchema, response: { 200: storySchema, ...errors } } },
    async ({ query: { key, ...filter } }) => {
      const pipeline = running();
      const recipe = selectRecipe(pipeline.settings.recipes, key);
      const [status, manifest] = await Promise.all([
        readUploadStatus(pipeline, key, {
          events: () => pipeline.events(key),
          trustsCount: true,
        }),
        recipe && readManifestOf(key, recipe, pipeline),
      ]);
      return {
        upload: pipeline.index.get(key) ?? null,
        status,
        manifest: manifest ?? null,
        ...pipeline.index.around(key, filter),
      };
    },
  );

  api.post(
    '/api/uploads/retry',
    { schema: { body: retryBodySchema, response: { 200: retriedSchema, ...errors } } },
    async ({ body: { keys, force } }) => {
      const pipeline = running();
      const { signal } = new AbortController();
      const present = keys.filter((key) => pipeline.index.get(key));
      return retryUploads(pipeline, present, { force, signal, until: 0 });
    },
  );

  api.post(
    '/api/uploads/remove',
    {
      schema: {
        body: keysSchema,
        response: { 200: z.object({ receipts: z.array(removedSchema) }), ...errors },
      },
    },
    async ({ body: { keys } }) => {
      const pipeline = running();
      const limit = pLimit(REMOVALS);
      const { signal } = new AbortController();
      const receipts = await Promise.all(
        keys.map((key) =>
          limit(async () => {
            const found = await findUpload(pipeline, key);
            const receipt = await removeUpload(pipeline, found, {
              ...{ signal, pauseMs: VERIFY_MS },
              ...(pipeline.invalidate && { invalidate: pipeline.invalidate }),
            });
            pipeline.index.sourceChanged(key);
            return receipt;
          }),
        ),
      );
      return { receipts };
    },
  );

  const redriveSchema = {
    body: redriveBodySchema,
    response: { 200: redriveReportSchema, ...errors },
  };
  const redriveNow = async (
    { codes, prefix, messageIds, limit, rate }: z.output<typeof redriveBodySchema>,
    reply: FastifyReply,
    dryRun: boolean,
  ) => {
    const { settings, ...pipeline } = running();
    // A page that is closed ends the run after the current request.
    const ended = new AbortController();
    reply.raw.on('close', () => ended.abort());
    const conditions = {
      ...(codes && { errorCodes: codes }),
      ...(prefix && { prefix }),
      ...(messageIds && { messageIds }),
    };
    const redriven = await redrive({
      ...{ ...pipeline, limit, dryRun, signal: ended.signal },
      recipes: settings.recipes,
      ratePerSecond: rate,
      filter: Object.keys(conditions).length === 0 ? 'all' : conditions,
    });
    return redriveReport(pipeline.name, redriven, dryRun);
  };
  api.post('/api/redrive', { schema: redriveSchema }, ({ body }, reply) =>
    redriveNow(body, reply, false),
  );
  api.post(
    '/api/redrive/dry-run',
    { config: { changesNothing: true }, schema: redriveSchema },
    ({ body }, reply) => redriveNow(body, reply, true),
  );

  // Fastify parses JSON and text bodies by default; an upload is a stream of bytes of any type.
  await app.register((raw, _options, done) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    raw.withTypeProvider<ZodTypeProvider>().put(
      '/api/upload',
      {
        bodyLimit: LARGEST_UPLOAD,
        schema: { querystring: keyQuerySchema, response: { 200: storedSchema, ...errors } },
      },
      async ({ query: { key }, body, headers }) => {
        const { s3, sourceBucket: Bucket } = running();
        const type = headers['content-type'];
        let bytes = 0;
        const stream = (body ?? []) as Readable | [];
        if (!Array.isArray(stream)) stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
        const params = {
          ...{ Bucket, Key: key, IfNoneMatch: '*' },
          Body: Array.isArray(stream) ? Buffer.alloc(0) : stream,
          ...(type !== undefined && { ContentType: type }),
        };
        const { ETag = '' } = await new Upload({ client: s3, params }).done().catch(taken);
        return { key, eTag: ETag.replaceAll('"', ''), bytes };
      },
    );
    done();
  });

  api.get(
    '/api/object',
    { schema: { querystring: objectQuerySchema } },
    async ({ query: { bucket, key, download, v } }, reply) => {
      const { s3, sourceBucket, processedBucket } = running();
      const Bucket = bucket === 'source' ? sourceBucket : processedBucket;
      const object = await s3.send(new GetObjectCommand({ Bucket, Key: key })).catch(missing);
      const name = encodeURIComponent(key.slice(key.lastIndexOf('/') + 1).toWellFormed());
      reply.headers({
        ...objectHeaders(object.ContentType),
        // Under the version in the address, the object never changes.
        'cache-control': v === undefined ? 'no-cache' : 'private, max-age=31536000, immutable',
        ...(object.ContentLength !== undefined && { 'content-length': object.ContentLength }),
        ...(object.ContentEncoding && { 'content-encoding': object.ContentEncoding }),
        ...(download && { 'content-disposition': `attachment; filename*=UTF-8''${name}` }),
      });
      return reply.send(object.Body as Readable);
    },
  );
}

/** For `catch`: the object does not exist. */
export function missing(error: unknown): never {
  if (error instanceof Error && error.name === 'NoSuchKey')
    throw new ApiError(404, 'NOT_FOUND', 'This object does not exist.');
  throw error;
}

/** Another upload has the key, or gets it at this moment. */
function taken(error: unknown): never {
  if (
    error instanceof Error &&
    (error.name === 'PreconditionFailed' || error.name === 'ConditionalRequestConflict')
  )
    throw new ApiError(412, 'KEY_TAKEN', 'The bucket has an upload with this key.');
  throw error;
}
