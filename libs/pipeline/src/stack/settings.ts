import * as z from 'zod';
import { choiceProblems } from './delivery.ts';
import { limitsSchema } from '../contract/limits.ts';
import { misfits } from './settings-conflicts.ts';
import { check } from '../recipe/problems.ts';
import { recipesSchema } from '../recipe/recipe.ts';
import { alarmsSchema } from './settings/alarms.ts';
import { costsSchema } from './settings/costs.ts';
import { deliverySchema } from './settings/delivery.ts';
import { encryptionSchema } from './settings/encryption.ts';
import { functionSchema } from './settings/function.ts';
import { logsSchema } from './settings/logs.ts';
import { outcomeEventsSchema } from './settings/outcome-events.ts';
import { queueSchema } from './settings/queue.ts';
import { sourceSchema } from './settings/source.ts';
import { storageSchema } from './settings/storage.ts';
import { tagsSchema } from './settings/tags.ts';

export { LAMBDA_GB_SECOND } from './settings/costs.ts';
export { LOG_LEVELS } from './settings/logs.ts';
export { OWN_TAG_PREFIX } from './settings/tags.ts';
export type { AlarmReceiver } from './settings/alarms.ts';

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
      .describe('A bucket that is there already, for the uploads; otherwise the stack makes one'),
    delivery: deliverySchema
      .optional()
      .describe('Where set, be it to `{}`: CloudFront in front of the processed bucket'),
    events: outcomeEventsSchema
      .optional()
      .describe(
        'Where set, be it to `{}`: an event in EventBridge for each outcome, `ImageProcessed` or `ImageRejected`, with the manifest ([schema](../outcome-event.schema.json))',
      ),
    tags: tagsSchema
      .default({})
      .describe('Tags of every resource, beside `darkroom:stack` and `darkroom:pipeline`'),
  })
  .superRefine((settings, context) => {
    for (const { path, message } of misfits(settings))
      context.addIssue({ code: 'custom', path: [...path], message });
  })
  .superRefine(({ recipes, delivery }, context) => {
    for (const { path, message } of choiceProblems(recipes, delivery?.choices ?? {}))
      context.addIssue({ code: 'custom', path: ['delivery', 'choices', ...path], message });
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
