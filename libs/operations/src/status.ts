import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  mayBeRetried,
  outputKeys,
  recipeHash,
  selectRecipe,
  type Settings,
} from '@darkroom/pipeline';
import * as z from 'zod';
import { isMadeOf, outcomeOf, outcomeSchema, readManifestOf, readSource } from './outcome.ts';
import { redrive } from './redrive.ts';

/** A pipeline that runs, on AWS or on this machine. */
export interface Pipeline {
  /** As messages name it: `prod`, `local`. */
  readonly name: string;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** As deployed. */
  readonly settings: Settings;
}

const queueSchema = z.strictObject({
  /** Messages that wait. */
  waiting: z.number(),
  /** Messages that the function has received and not deleted. */
  inFlight: z.number(),
  /** Messages that wait for their delay. */
  delayed: z.number(),
});

const eventSchema = z.strictObject({
  /** ISO 8601. */
  time: z.string(),
  message: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
  /** Milliseconds. */
  duration: z.number().optional(),
});

const alarmSchema = z.strictObject({
  name: z.string(),
  state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  reason: z.string(),
});

const activitySchema = z.strictObject({
  /** Numbers of outcomes by code; `DONE` for uploads that were processed. */
  outcomes: z.record(z.string(), z.number()),
  /** Calls of the function at the same time; null if it is unknown. */
  running: z.number().nullable(),
  /** Calls that Lambda refused, because too many ran; null if it is unknown. */
  throttled: z.number().nullable(),
  /** Age of the oldest message, seconds; null without messages. */
  oldestSeconds: z.number().nullable(),
});

export type Activity = z.output<typeof activitySchema>;
export type FunctionEvent = z.output<typeof eventSchema>;
export type Alarm = z.output<typeof alarmSchema>;

export const overviewSchema = z.strictObject({
  stack: z.string(),
  queue: queueSchema,
  /** Messages of the dead-letter queue. */
  deadLetters: z.number(),
  minutes: z.number(),
  /** Null if the stack was named by its buckets and queue. */
  activity: activitySchema.nullable(),
  /** Null if the stack has no alarms, as the local one. */
  alarms: z.array(alarmSchema).nullable(),
});

export const uploadStatusSchema = z.strictObject({
  stack: z.string(),
  key: z.string(),
  /** Null if the object does not exist. */
  source: z
    .strictObject({
      /** Of the newest version; null in an unversioned bucket. */
      versionId: z.string().nullable(),
      eTag: z.string(),
      bytes: z.number(),
      modified: z.string(),
    })
    .nullable(),
  /** Name of the recipe that matches the key. */
  recipe: z.string().nullable(),
  /** What the manifest says; null without a manifest. */
  outcome: outcomeSchema.nullable(),
  /** The upload, or version, that the manifest describes; null without a manifest. */
  processed: z.strictObject({ versionId: z.string().nullable(), eTag: z.string() }).nullable(),
  /** Whether the manifest is that of the source under the current recipe. */
  current: z.boolean(),
  /** Objects directly in the folder of the outputs. */
  objects: z.array(z.strictObject({ key: z.string(), bytes: z.number() })),
  /** Null if the log is unknown. */
  events: z.array(eventSchema).nullable(),
  /** Messages of the dead-letter queue whose keys begin with the key, by code. */
  deadLetters: z.record(z.string(), z.number()),
  /** One sentence: what to do. */
  advice: z.string(),
});

export type Overview = z.output<typeof overviewSchema>;
export type UploadStatus = z.output<typeof uploadStatusSchema>;

export interface OverviewReaders {
  /** Outcomes and load of the function; undefined if they are unknown. */
  readonly activity: () => Promise<Activity | undefined>;
  /** Undefined if the stack has no alarms. */
  readonly alarms: () => Promise<Alarm[] | undefined>;
}

/**
 * The queue, dead letters, outcomes and alarms.
 *
 * @param minutes how far back `readers.activity` counts
 */
export async function readOverview(
  stack: Omit<Pipeline, 'settings'>,
  minutes: number,
  readers: OverviewReaders,
): Promise<Overview> {
  const [queue, dead, activity, alarms] = await Promise.all([
    readQueue(stack.sqs, stack.queueUrl),
    readQueue(stack.sqs, stack.deadLetterQueueUrl),
    readers.activity(),
    readers.alarms(),
  ]);
  return {
    stack: stack.name,
    queue,
    deadLetters: dead.waiting + dead.inFlight + dead.delayed,
    minutes,
    activity: activity ?? null,
    alarms: alarms ?? null,
  };
}

async function readQueue(sqs: SQSClient, queueUrl: string): Promise<z.output<typeof queueSchema>> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
  };
}

export interface UploadStatusReaders {
  readonly signal?: AbortSignal;
  /** Lines of the function's log about the key, oldest first; undefined if the log is unknown. */
  readonly events: () => Promise<FunctionEvent[] | undefined>;
  /**
   * Skips the dead letters if SQS counts none: an empty queue takes seconds to read. The count may be late. Default:
   * false.
   */
  readonly trustsCount?: boolean;
}

/** Of the dead-letter queue, by code: messages with a key that begins with this one. */
async function deadLettersOf(
  key: string,
  stack: Pipeline,
  { signal, trustsCount = false }: UploadStatusReaders,
): Promise<Record<string, number>> {
  const { s3, sqs, queueUrl, deadLetterQueueUrl, processedBucket, settings } = stack;
  if (trustsCount) {
    const { waiting, inFlight, delayed } = await readQueue(sqs, deadLetterQueueUrl);
    if (waiting + inFlight + delayed === 0) return {};
  }
  const { matching } = await redrive({
    ...{ sqs, s3, queueUrl, deadLetterQueueUrl, processedBucket },
    ...(signal && { signal }),
    recipes: settings.recipes,
    filter: { prefix: key },
    dryRun: true,
  });
  return Object.fromEntries(matching.byErrorCode);
}

/** All about one key: source, manifest, outputs, events and dead letters, and what to do. */
export async function readUploadStatus(
  stack: Pipeline,
  key: string,
  readers: UploadStatusReaders,
): Promise<UploadStatus> {
  const { settings } = stack;
  const recipe = selectRecipe(settings.recipes, key);
  const [source, manifest, objects, events, dead] = await Promise.all([
    readSource(key, stack),
    recipe && readManifestOf(key, recipe, stack),
    recipe ? objectsIn(outputKeys(key, recipe).prefix, stack) : [],
    readers.events(),
    deadLettersOf(key, stack, readers),
  ]);
  const current =
    manifest !== undefined &&
    recipe !== undefined &&
    source !== undefined &&
    isMadeOf(manifest, source, recipe) &&
    manifest.recipeHash === recipeHash(recipe, settings.limits);
  return {
    stack: stack.name,
    key,
    source: source
      ? {
          ...{ versionId: source.versionId, eTag: source.eTag, bytes: source.bytes },
          modified: source.modified.toISOString(),
        }
      : null,
    recipe: recipe?.name ?? null,
    outcome: manifest ? outcomeOf(key, manifest) : null,
    processed: manifest
      ? { versionId: manifest.source.versionId, eTag: manifest.source.eTag }
      : null,
    current,
    objects,
    events: events ?? null,
    deadLetters: dead,
    advice: adviceFor({
      hasSource: source !== undefined,
      hasRecipe: recipe !== undefined,
      hasManifest: manifest !== undefined,
      current,
      isRejected: manifest?.status === 'rejected',
      retryable: manifest !== undefined && mayBeRetried(manifest),
      hasDeadLetters: Object.keys(dead).length > 0,
      hasObjects: objects.length > 0,
    }),
  };
}

function adviceFor(facts: Readonly<Record<string, boolean>>): string {
  const { hasSource, hasRecipe, hasManifest, current, isRejected, retryable } = facts;
  if (!hasRecipe) return 'No recipe matches the key: nothing to do.';
  if (!hasSource)
    return facts['hasObjects']
      ? 'The upload is gone and its outputs are left: darkroom apply --prune --prefix KEY'
      : 'This upload does not exist.';
  if (facts['hasDeadLetters']) return 'Remove the cause, then: darkroom redrive --prefix KEY';
  if (!hasManifest) return 'No outcome yet. If the queue is empty: darkroom apply --prefix KEY';
  if (!current)
    return 'The outputs are out of date. If the queue is empty: darkroom apply --prefix KEY';
  if (retryable) return 'The same upload may succeed after a fix: darkroom retry KEY';
  if (isRejected) return 'The upload is not usable. Upload another file, or change the recipe.';
  return 'Nothing to do.';
}

async function objectsIn(folder: string, { s3, processedBucket }: Pipeline) {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: processedBucket, Prefix: folder, Delimiter: '/' }),
  );
  return Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, bytes: Size }));
}
