import { outcomeSchema, overviewSchema, uploadStatusSchema } from '@darkroom/operations';
import { manifestSchema } from '@darkroom/pipeline';
import * as z from 'zod';

/** Body of every response that is not a success. */
export const errorSchema = z
  .object({ code: z.string(), error: z.string().describe('One sentence for people') })
  .meta({ id: 'Error' });

export const recipeInfoSchema = z.object({
  name: z.string(),
  match: z.object({
    prefix: z.string(),
    suffixes: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('The key ends in one of these; absent if every ending matches'),
  }),
  variants: z.array(z.string()).readonly().describe("In the recipe's order"),
});

/** Body of `GET /api/stack` (docs/contract.md, "Local stack"). */
export const stackSchema = z
  .object({
    stack: z.string().describe('Name of the Pulumi stack'),
    endpoint: z.string().describe('Of S3 and SQS, without a slash at the end'),
    region: z.string(),
    sourceBucket: z.string(),
    processedBucket: z.string(),
    queueUrl: z.string(),
    deadLetterQueueUrl: z.string(),
    recipes: z.array(recipeInfoSchema).readonly().describe('The first one that matches wins'),
    settings: z.unknown().describe("The program's output of the same name"),
    deployed: z.boolean().optional().describe('On AWS; absent for a local stack'),
    deliveryUrl: z.string().optional().describe('Of CloudFront'),
    dashboardUrl: z.string().optional().describe('Of CloudWatch'),
    writable: z.boolean().optional().describe('Whether this console may change the stack'),
  })
  .meta({ id: 'Stack' });

export type StackInfo = z.output<typeof stackSchema>;
/** The part of a recipe that a client needs. */
export type RecipeInfo = StackInfo['recipes'][number];

const functionEventSchema = z.object({
  at: z.number().describe('Milliseconds since 1970'),
  message: z.string(),
  key: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
  duration: z.number().optional().describe('Milliseconds'),
});

export const activitySchema = z
  .object({
    outcomes: z
      .record(z.string(), z.number())
      .describe("Numbers of the function's outcomes and failures by code"),
    events: z
      .array(functionEventSchema)
      .readonly()
      .describe("Lines of the function's log that name a key, oldest first"),
    running: z.number().describe('Batches that the function works on'),
    oldestMessage: z
      .number()
      .nullable()
      .describe('When the oldest message of the queue was sent, milliseconds since 1970'),
  })
  .meta({ id: 'Activity' });

/** Body of `GET /api/activity`: what CloudWatch has of a deployed stack. */
export type Activity = z.output<typeof activitySchema>;

export const STATES = [
  /** The index has not read the manifest yet. */
  'reading',
  /** The upload has no outcome, and the function does not work on it. */
  'waiting',
  'processing',
  'done',
  'rejected',
  /** The outputs are those of the upload, under another recipe. */
  'out-of-date',
  'no-recipe',
] as const;

export const stateSchema = z.enum(STATES);
export type UploadState = z.output<typeof stateSchema>;

/** An upload in a list. */
export const uploadSchema = z
  .object({
    key: z.string(),
    bytes: z.number(),
    eTag: z.string(),
    modified: z.number().describe('Milliseconds since 1970'),
    state: stateSchema,
    recipe: z.string().nullable().describe('Recipe that matches the key'),
    code: z.string().optional().describe('Of a rejection'),
    message: z.string().optional().describe('Of a rejection'),
    retryable: z.boolean().optional(),
    format: z.string().optional(),
    width: z.number().optional(),
    height: z.number().optional(),
    outputs: z.number().describe('Number of variants'),
    outputBytes: z.number(),
    thumbnail: z
      .object({ key: z.string(), eTag: z.string(), width: z.number(), height: z.number() })
      .optional()
      .describe('The smallest variant that is large enough for a card'),
    thumbhash: z.string().optional(),
    colour: z.string().optional(),
  })
  .meta({ id: 'Upload' });

export type UploadEntry = z.output<typeof uploadSchema>;

const counts = z.record(z.string(), z.number());

/** How many of the listed uploads there are of each kind. */
export const countsSchema = z
  .object({
    listed: z.number().describe('Uploads that the index knows'),
    complete: z.boolean().describe('False while the bucket is being listed'),
    limited: z.boolean().describe('The bucket has more uploads than the index lists'),
    states: counts,
    codes: counts.describe('Of rejections'),
    recipes: counts,
    formats: counts.describe('Of the uploads'),
  })
  .meta({ id: 'Counts' });

export type Counts = z.output<typeof countsSchema>;

/** Conditions of a list; all that are given must hold. */
export const filterSchema = z.object({
  search: z.string().max(1024).optional().describe('Part of the key; case does not matter'),
  state: stateSchema.optional(),
  code: z.string().max(64).optional(),
  recipe: z.string().max(256).optional(),
  format: z.string().max(16).optional(),
  since: z.coerce.number().optional().describe('Milliseconds since 1970'),
});

export type UploadFilter = z.output<typeof filterSchema>;

export const pageQuerySchema = filterSchema.extend({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const pageSchema = z
  .object({
    total: z.number().describe('Uploads that match'),
    uploads: z.array(uploadSchema).readonly(),
    counts: countsSchema,
  })
  .meta({ id: 'UploadPage' });

/** Periods of the rejections, and the width of their bars. */
export const SPANS = {
  hour: { bars: 60, seconds: 60 },
  day: { bars: 24, seconds: 3600 },
  month: { bars: 30, seconds: 86_400 },
} as const;

export const rejectionsQuerySchema = z.object({
  span: z.enum(['hour', 'day', 'month']).default('day'),
});

/** Rejected uploads over time, of those that the index has listed. */
export const rejectionsSchema = z
  .object({
    begin: z.number().describe('Of the first bar, milliseconds since 1970'),
    seconds: z.number().describe('Width of a bar'),
    codes: z
      .record(z.string(), z.array(z.number()))
      .describe('By code: uploads of each bar, by the time of the upload'),
  })
  .meta({ id: 'Rejections' });

export type Rejections = z.output<typeof rejectionsSchema>;

export const keyQuerySchema = z.object({ key: z.string().min(1).max(4096) });

/** The story of one upload. */
export const storySchema = z
  .object({
    upload: uploadSchema.nullable().describe('Null if the index does not know the key'),
    status: uploadStatusSchema,
    manifest: manifestSchema.nullable(),
    previous: z.string().nullable().describe('Key of the newer neighbour under the filter'),
    next: z.string().nullable().describe('Key of the older neighbour under the filter'),
    position: z.number().nullable().describe('Of the upload under the filter, from 1'),
    total: z.number(),
  })
  .meta({ id: 'Story' });

export const storyQuerySchema = keyQuerySchema.extend(filterSchema.shape);

export const keysSchema = z.object({ keys: z.array(z.string().min(1)).min(1).max(1000) });
export const retryBodySchema = keysSchema.extend({
  force: z.boolean().default(false).describe('Also uploads that were processed'),
});

export const redriveBodySchema = z.object({
  codes: z.array(z.string().max(64)).min(1).optional().describe('Only these codes'),
  prefix: z.string().max(1024).optional().describe('Only messages with such a key'),
  messageIds: z
    .array(z.string().max(128))
    .min(1)
    .max(100)
    .optional()
    .describe('Only these messages'),
  limit: z.number().int().min(1).default(10_000).describe('Most messages to move'),
  rate: z.number().min(0.1).default(50).describe('Most messages per second'),
});

export const storedSchema = z
  .object({ key: z.string(), eTag: z.string(), bytes: z.number() })
  .meta({ id: 'Stored' });

export const objectQuerySchema = keyQuerySchema.extend({
  bucket: z.enum(['source', 'processed']),
  download: z.literal('1').optional(),
  v: z.string().optional().describe('ETag: makes the address change with the object'),
});

export const bucketOfTimeSchema = z.object({
  at: z.number().describe('Start, milliseconds since 1970'),
  done: z.number(),
  rejected: z.number(),
  failed: z.number().describe('Attempts that failed'),
  latency: z.number().nullable().describe('Median duration of an upload, milliseconds'),
});

/** What a saved stack file leads to on a local stack. */
export const stackChangeSchema = z
  .object({
    at: z.number().describe('When the file was saved, milliseconds since 1970'),
    status: z.enum(['applying', 'applied', 'failed']),
    message: z.string().describe('The plan, the result, or why the earlier recipes stay'),
  })
  .meta({ id: 'StackChange' });

export type StackChange = z.output<typeof stackChangeSchema>;

/** What the overview shows. `status` is what `darkroom status --json` prints. */
export const liveSchema = z
  .object({
    status: overviewSchema,
    counts: countsSchema,
    history: z.object({
      seconds: z.number().describe('Width of a point'),
      points: z.array(bucketOfTimeSchema),
    }),
    revision: z.number().describe('Grows with each change of the index'),
    change: stackChangeSchema.nullable().describe('The latest one since the start'),
  })
  .meta({ id: 'Live' });

export type Live = z.output<typeof liveSchema>;
export type History = Live['history'];

export const outcomeListSchema = z.object({ uploads: z.array(outcomeSchema) });
