import * as z from 'zod';
import { limitsSchema } from '../contract/limits.ts';
import { check } from '../recipe/problems.ts';
import { recipesSchema } from '../recipe/recipe.ts';
import { choiceProblems, deliverySchema, selectionProblems } from './delivery.ts';
import {
  alarmsSchema,
  costsSchema,
  encryptionSchema,
  functionSchema,
  logsSchema,
  outcomeEventsSchema,
  queueSchema,
  sourceSchema,
  storageSchema,
  tagsSchema,
} from './settings-sections.ts';
import { CLOSING_MS, visibilityTimeout } from './timing.ts';
import { imagesAtOnce } from '../memory.ts';

/** What one stack sets: `darkroom:pipeline` in `Pulumi.STACK.yaml`. Only the recipes have no default. */
export const settingsSchema = z
  .strictObject({
    recipes: recipesSchema.describe('What becomes of which uploads'),
    limits: limitsSchema.prefault({}),
    function: functionSchema.prefault({}).describe('The Lambda function'),
    queue: queueSchema.prefault({}).describe('The queue between bucket and function'),
    logs: logsSchema.prefault({}).describe('What the function writes to CloudWatch Logs'),
    tracing: z.boolean().default(false).describe('X-Ray tracing'),
    storage: storageSchema.prefault({}).describe('The two buckets'),
    alarms: alarmsSchema
      .prefault({})
      .describe('When whom to tell; each alarm stands in the runbook'),
    costs: costsSchema.prefault({}).describe('Prices that the dashboard reckons with, US dollars'),
    encryption: encryptionSchema.prefault({}).describe('Encryption at rest'),
    source: sourceSchema
      .optional()
      .describe(
        'The bucket of the uploads: an existing one, or settings of the one that the stack creates',
      ),
    delivery: deliverySchema
      .optional()
      .describe('Where set, be it to `{}`: CloudFront in front of the processed bucket'),
    events: outcomeEventsSchema
      .optional()
      .describe(
        'Where set, be it to `{}`: an event in EventBridge for each outcome, such as `ImageProcessed` with the manifest ([schema](../outcome-event.schema.json))',
      ),
    tags: tagsSchema
      .default({})
      .describe('Tags of every resource, beside `darkroom:stack` and `darkroom:pipeline`'),
  })
  .superRefine((settings, context) => {
    for (const { path, message } of settingsConflicts(settings))
      context.addIssue({ code: 'custom', path: [...path], message });
  })
  .superRefine(({ recipes, delivery }, context) => {
    for (const { path, message } of choiceProblems(recipes, delivery?.choices ?? {}))
      context.addIssue({ code: 'custom', path: ['delivery', 'choices', ...path], message });
    for (const { path, message } of delivery ? selectionProblems(recipes, delivery) : [])
      context.addIssue({ code: 'custom', path: ['delivery', 'variants', ...path], message });
  });

export type Settings = z.output<typeof settingsSchema>;
/** What a program or a stack file writes. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** Several things may be wrong at once: all of them, each with its path. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'INVALID_SETTINGS';
}

/**
 * @param where names the place for messages, for example `Pulumi.dev.yaml, darkroom:pipeline`
 * @throws SettingsError that lists every problem
 */
export function parseSettings(input: unknown, where: string): Settings {
  const checked = check(settingsSchema, input);
  if (checked.ok) return checked.data;
  throw new SettingsError(`${where} is not valid:\n${checked.problems}`, { cause: checked.cause });
}

/** A setting that does not go with another one. */
export interface SettingsConflict {
  readonly path: readonly string[];
  readonly message: string;
}

/** Each upload's outputs are listed, read, written and confirmed: no message takes less, be the image ever so small. */
const LEAST_MS_PER_MESSAGE = 100;

const number = new Intl.NumberFormat('en');

/**
 * The settings that are right each by itself and wrong together.
 *
 * @returns each with the path of the setting to change first
 */
export function settingsConflicts(settings: Settings): SettingsConflict[] {
  return [concurrency(settings), batch(settings), age(settings)].filter(
    (conflict) => conflict !== undefined,
  );
}

/**
 * The event source mapping does not know of reserved concurrency: it would take more messages than the function may
 * work on, and each throttled call counts as an attempt (Lambda developer guide, "Configuring maximum concurrency").
 */
function concurrency({
  queue,
  function: { reservedConcurrency },
}: Settings): SettingsConflict | undefined {
  if (reservedConcurrency === undefined || queue.maximumConcurrency <= reservedConcurrency)
    return undefined;
  return {
    path: ['queue', 'maximumConcurrency'],
    message: `${queue.maximumConcurrency} calls at once are more than function.reservedConcurrency allows (${reservedConcurrency}): the others would be throttled, and count as attempts`,
  };
}

function batch({ queue, function: { memory, timeout } }: Settings): SettingsConflict | undefined {
  const room = timeout * 1000 - CLOSING_MS;
  const most = Math.floor((room * imagesAtOnce(memory)) / LEAST_MS_PER_MESSAGE);
  if (queue.batchSize <= most) return undefined;
  return {
    path: ['queue', 'batchSize'],
    message: `${number.format(queue.batchSize)} messages cannot be done within function.timeout (${timeout} s); at ${LEAST_MS_PER_MESSAGE} ms each, ${number.format(most)} can`,
  };
}

/** Age of the oldest message at which the alarm goes off, seconds. */
export function oldestMessageAlarm({ alarms, queue, function: { timeout } }: Settings): number {
  return alarms.oldestMessage ?? 3 * visibilityTimeout(timeout, queue.batchWindow);
}

function age(settings: Settings): SettingsConflict | undefined {
  const seconds = oldestMessageAlarm(settings);
  if (seconds < settings.queue.retention) return undefined;
  const isSet = settings.alarms.oldestMessage !== undefined;
  return {
    path: isSet ? ['alarms', 'oldestMessage'] : ['queue', 'retention'],
    message: `messages are gone after ${settings.queue.retention} s (queue.retention), before the alarm for the oldest one goes off (${seconds} s)`,
  };
}
