import { defaultPrices, repairs, repairSchema } from '@darkroom/economics';
import { apply, type Applied, compare, type Kind, KINDS, REPAIRABLE } from '@darkroom/operations';
import type { Settings } from '@darkroom/pipeline';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ConsolePipeline } from './console-pipeline.ts';
import { ApiError, errors, messageOf } from './errors.ts';

const kindSchema = repairSchema.meta({ id: 'Repair' });
const kindSchemas = Object.fromEntries(KINDS.map((kind) => [kind, kindSchema])) as Record<
  Kind,
  typeof kindSchema
>;

const comparisonSchema = z.object({
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  prefix: z.string(),
  compared: z.number().describe('Keys so far'),
  kinds: z.object(kindSchemas).nullable().describe('Of a comparison that is done'),
  isOutdated: z.boolean().describe('The recipes have changed since it began'),
  error: z.string().optional(),
});

const runSchema = z.object({
  state: z.enum(['running', 'paused', 'done', 'failed']),
  kinds: z.array(z.enum(REPAIRABLE)).readonly(),
  prefix: z.string(),
  compared: z.number().describe('Keys so far'),
  sent: z.number().describe('Messages so far'),
  stoppedBy: z.enum(['end', 'limit', 'signal']).optional(),
  error: z.string().optional(),
});

const changesSchema = z
  .object({
    comparison: comparisonSchema.nullable().describe('The latest one since the start'),
    run: runSchema.nullable().describe('The latest one since the start'),
  })
  .meta({ id: 'Changes' });

const prefix = z.string().max(1024).default('');

const applyBodySchema = z.object({
  kinds: z.array(z.enum(REPAIRABLE)).min(1).describe('`orphaned` deletes outputs'),
  prefix,
  rate: z.number().min(0.1).default(50).describe('Most messages per second'),
  limit: z.number().int().min(1).default(10_000).describe('Most messages to send'),
});

type Comparison = Omit<z.output<typeof comparisonSchema>, 'isOutdated'> & {
  readonly settings: Settings;
};
type Run = z.output<typeof runSchema>;
type ApplyBody = z.output<typeof applyBodySchema>;

/** A comparison and a run of `apply` that continue while no page is open. One of each at a time. */
export class Changes {
  #comparison: Comparison | null = null;
  #run: Run | null = null;
  #given: ApplyBody | undefined;
  #position: unknown;
  #endComparison = new AbortController();
  #endRun = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param current settings that the pipeline has now */
  state(current: Settings): z.output<typeof changesSchema> {
    if (!this.#comparison) return { comparison: null, run: this.#run };
    const { settings, ...comparison } = this.#comparison;
    return { comparison: { ...comparison, isOutdated: settings !== current }, run: this.#run };
  }

  /** Starts, instead of a comparison that runs. */
  compare({ s3, sourceBucket, processedBucket, settings }: ConsolePipeline, prefix: string): void {
    this.#endComparison.abort();
    const { signal } = (this.#endComparison = new AbortController());
    const mine: Comparison = { state: 'running', prefix, compared: 0, kinds: null, settings };
    this.#comparison = mine;
    void compare({
      ...{ s3, sourceBucket, processedBucket, settings, prefix, signal },
      onProgress: ({ compared }) => (mine.compared = compared),
    }).then(
      ({ kinds, position }) => {
        mine.state = position === undefined ? 'done' : 'stopped';
        mine.kinds = repairs(kinds, settings, defaultPrices);
      },
      (error: unknown) => {
        mine.state = 'failed';
        mine.error = messageOf(error);
      },
    );
  }

  /** @throws ApiError `BUSY` */
  apply(pipeline: ConsolePipeline, given: ApplyBody): void {
    if (this.#run?.state === 'running')
      throw new ApiError(409, 'BUSY', 'A run is in progress: pause it first');
    this.#given = given;
    this.#position = undefined;
    const { kinds, prefix } = given;
    this.#run = { state: 'running', kinds, prefix, compared: 0, sent: 0 };
    this.#work(pipeline, given, this.#run);
  }

  /** Ends the run after the current request. It can be resumed. */
  async pause(): Promise<void> {
    this.#endRun.abort();
    await this.#running;
  }

  /** @throws ApiError `NOT_PAUSED` */
  resume(pipeline: ConsolePipeline): void {
    const [run, given] = [this.#run, this.#given];
    if (!run || !given || run.state === 'running' || run.state === 'done')
      throw new ApiError(409, 'NOT_PAUSED', 'No run is paused');
    run.state = 'running';
    delete run.error;
    this.#work(pipeline, given, run);
  }

  async stop(): Promise<void> {
    this.#endComparison.abort();
    await this.pause();
  }

  #work(pipeline: ConsolePipeline, given: ApplyBody, run: Run): void {
    const { s3, sqs, sourceBucket, processedBucket, queueUrl, settings } = pipeline;
    const { kinds, prefix, rate, limit } = given;
    const before = { compared: run.compared, sent: run.sent };
    const { signal } = (this.#endRun = new AbortController());
    const note = ({
      compared,
      sent,
      position,
    }: Pick<Applied, 'compared' | 'sent' | 'position'>) => {
      run.compared = before.compared + compared;
      run.sent = before.sent + Object.values(sent).reduce((sum, number) => sum + number, 0);
      this.#position = position;
    };
    this.#running = apply({
      ...{ s3, sqs, sourceBucket, processedBucket, queueUrl, settings, prefix, kinds, signal },
      ratePerSecond: rate,
      limit: Math.max(1, limit - before.sent),
      ...(this.#position !== undefined && { position: this.#position }),
      onProgress: note,
    }).then(
      (applied) => {
        note(applied);
        run.stoppedBy = applied.stoppedBy;
        run.state = applied.stoppedBy === 'signal' ? 'paused' : 'done';
      },
      (error: unknown) => {
        run.state = 'failed';
        run.error = messageOf(error);
      },
    );
  }
}

/** What the current recipes would change in the buckets, and their roll-out. */
export function addChangesRoutes(app: FastifyInstance, running: () => ConsolePipeline): void {
  const changes = new Changes();
  app.addHook('onClose', () => changes.stop());
  const api = app.withTypeProvider<ZodTypeProvider>();
  const response = { 200: changesSchema, ...errors };
  const state = () => changes.state(running().settings);
  api.get('/api/changes', { schema: { response } }, state);
  api.post(
    '/api/changes/compare',
    { config: { changesNothing: true }, schema: { body: z.object({ prefix }), response } },
    ({ body }) => {
      changes.compare(running(), body.prefix);
      return state();
    },
  );
  api.post('/api/changes/apply', { schema: { body: applyBodySchema, response } }, ({ body }) => {
    changes.apply(running(), body);
    return state();
  });
  api.post('/api/changes/pause', { schema: { response } }, async () => {
    await changes.pause();
    return state();
  });
  api.post('/api/changes/resume', { schema: { response } }, () => {
    changes.resume(running());
    return state();
  });
}
