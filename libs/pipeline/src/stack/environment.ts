import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import * as z from 'zod';
import { type Limits, limitsSchema } from '../contract/limits.ts';
import { LOG_LEVELS, METRICS_NAMESPACE, METRICS_SERVICE } from '../contract/observability.ts';
import { check } from '../recipe/problems.ts';
import { type MakeOutcome } from '../contract/outcome-file.ts';
import { nameSchema } from '../recipe/names.ts';
import { type Recipe, type RecipeInput, recipesSchema } from '../recipe/recipe.ts';
import { pinSideFiles, SIDE_FILES_FOLDER, SideFileError } from '../recipe/side-files.ts';
import { makeOutcomeOf } from './public-variants.ts';
import { loadOwnTransforms } from './own-transforms.ts';
import type { Settings } from './settings.ts';
import { longestBackOff } from './timing.ts';
import { imagesAtOnce } from '../memory.ts';

/**
 * All variables of a function together, bytes of their JSON (Lambda developer guide, "Lambda quotas"; the error that
 * Lambda answers with quotes the JSON as what it has measured).
 */
export const MAX_ENVIRONMENT_BYTES = 4096;
/** Recipes that do not fit into the environment travel as this file of the function's package. */
export const RECIPES_FILE = 'recipes.json';
/** Left for the variables whose length is known only after deployment: names, URLs, levels. */
const OTHER_VARIABLES_BYTES = 1040;
/** Left for the ARN of an event bus, whose name has up to 256 characters. */
const EVENT_BUS_BYTES = 384;
/** Left for the URL of the webhook's queue, whose name has up to 80 characters. */
const WEBHOOK_BYTES = 192;
const FILE = 'file:';

/** How the recipes reach the function. The deployed names do not matter: a preview decides as a deployment does. */
export interface RecipesTransport {
  /** Value of `DARKROOM_RECIPES`. */
  readonly variable: string;
  /** Content of `RECIPES_FILE` in the package, where the variable points at it. */
  readonly file?: string;
}

/** @param settings of variables that not every function has */
export function transportRecipes(
  recipes: readonly RecipeInput[],
  settings: Pick<Settings, 'events' | 'delivery'> = {},
): RecipesTransport {
  const text = JSON.stringify(recipes);
  const reserved =
    (settings.events ? EVENT_BUS_BYTES : 0) +
    (settings.events?.webhook ? WEBHOOK_BYTES : 0) +
    (settings.delivery?.outcomes ? environmentBytes(outcomeVariable(settings)) : 0);
  // Once more as JSON, with every quotation mark escaped.
  const bytes = Buffer.byteLength(JSON.stringify(text));
  return bytes + OTHER_VARIABLES_BYTES + reserved <= MAX_ENVIRONMENT_BYTES
    ? { variable: text }
    : { variable: `${FILE}${RECIPES_FILE}`, file: text };
}

/**
 * The recipes' JSON, whichever way it came.
 *
 * @param root folder of the function's package
 * @throws Error of the file system where the package does not hold the file
 */
export function receiveRecipes(variable: string, root: string): string {
  return variable.startsWith(FILE)
    ? readFileSync(path.join(root, variable.slice(FILE.length)), 'utf8')
    : variable;
}

/** What the function knows when it has started. */
export interface Environment {
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly recipes: readonly Recipe[];
  readonly limits: Limits;
  /** Makes outcome files, if `delivery.outcomes` asks for them. */
  readonly makeOutcome?: MakeOutcome;
  /** Attempts before a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** The most that a failed message waits for its next attempt, seconds. */
  readonly longestBackOff: number;
  /** Images that the function works on at once: one for each vCPU. */
  readonly concurrency: number;
  readonly logLevel: Settings['logs']['level'];
  /** Requests to AWS are traced by X-Ray. */
  readonly tracing: boolean;
  /** ARN of the event bus that receives outcome events, if configured. */
  readonly eventBus?: string;
  /** Queue of the webhook's function, if a webhook is configured. */
  readonly webhookQueueUrl?: string;
}

/** Names that exist only after deployment. */
export interface DeployedNames {
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** ARN. */
  readonly eventBus?: string;
  readonly webhookQueueUrl?: string;
}

/**
 * The function's variables; `parseEnvironment` reads them back.
 * @throws RangeError where they pass 4 KB together
 */
export function formatEnvironment(
  settings: Settings,
  transport: RecipesTransport,
  names: DeployedNames,
): Record<string, string> {
  const concurrency = imagesAtOnce(settings.function.memory);
  const variables = {
    DARKROOM_SOURCE_BUCKET: names.sourceBucket,
    DARKROOM_PROCESSED_BUCKET: names.processedBucket,
    DARKROOM_QUEUE_URL: names.queueUrl,
    DARKROOM_DEAD_LETTER_QUEUE_URL: names.deadLetterQueueUrl,
    ...(names.eventBus !== undefined && { DARKROOM_EVENT_BUS: names.eventBus }),
    ...(names.webhookQueueUrl !== undefined && {
      DARKROOM_WEBHOOK_QUEUE_URL: names.webhookQueueUrl,
    }),
    DARKROOM_RECIPES: transport.variable,
    DARKROOM_LIMITS: JSON.stringify(settings.limits),
    ...outcomeVariable(settings),
    DARKROOM_MAX_RECEIVE_COUNT: String(settings.queue.maxReceiveCount),
    DARKROOM_LONGEST_BACK_OFF: String(longestBackOff(settings.queue)),
    DARKROOM_CONCURRENCY: String(concurrency),
    POWERTOOLS_SERVICE_NAME: METRICS_SERVICE,
    POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    POWERTOOLS_LOG_LEVEL: settings.logs.level,
    POWERTOOLS_TRACE_ENABLED: String(settings.tracing),
    ...ALLOCATOR_VARIABLES,
    // Of libuv's threads, 4 by default, each image takes one: names are looked up and files read in the others.
    ...(concurrency > 2 && { UV_THREADPOOL_SIZE: String(concurrency + 2) }),
    // MiB. V8 collects uploads while they are young: otherwise they fill the memory until it collects the whole heap.
    NODE_OPTIONS: '--max-semi-space-size=8',
  };
  const bytes = environmentBytes(variables);
  if (bytes > MAX_ENVIRONMENT_BYTES)
    throw new RangeError(
      `The function's variables have ${bytes} bytes together, Lambda allows ${MAX_ENVIRONMENT_BYTES}`,
    );
  return variables;
}

/** `DARKROOM_OUTCOMES`: the names of `delivery.variants`, or `{}` for the default. Absent without outcome files. */
function outcomeVariable({ delivery }: Pick<Settings, 'delivery'>): Record<string, string> {
  if (!delivery?.outcomes) return {};
  return { DARKROOM_OUTCOMES: JSON.stringify({ variants: delivery.variants }) };
}

export function environmentBytes(variables: Readonly<Record<string, string>>): number {
  return Buffer.byteLength(JSON.stringify(variables));
}

/** The function's variables are not what `formatEnvironment` writes. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code = 'INVALID_ENVIRONMENT';
}

/** A string that becomes another value; what `convert` throws is a problem of this variable. */
function converted(problem: string, convert: (text: string) => unknown) {
  return z.string().transform((text, context): unknown => {
    try {
      return convert(text);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      context.addIssue({ code: 'custom', message: `${problem}: ${reason}` });
      return z.NEVER;
    }
  });
}

const json = converted('is no JSON', (text) => JSON.parse(text) as unknown);
const count = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number above 0')
  .transform(Number);

/** The recipes, with the content of the side files in the package. */
function pinned(root: string) {
  return (recipes: readonly Recipe[], context: z.RefinementCtx): readonly Recipe[] => {
    try {
      return pinSideFiles(recipes, path.join(root, SIDE_FILES_FOLDER));
    } catch (error) {
      if (!(error instanceof SideFileError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  };
}

/** Replaces the recipes' text by data if it is readable: problems then name the recipe. */
function legible(variables: Readonly<Record<string, string | undefined>>, root: string): object {
  try {
    const recipes = receiveRecipes(variables['DARKROOM_RECIPES'] ?? '', root);
    return { ...variables, DARKROOM_RECIPES: JSON.parse(recipes) as unknown };
  } catch {
    return variables;
  }
}

function environmentSchema(root: string) {
  const received = converted('cannot be read', (variable) => receiveRecipes(variable, root));
  const variables = z.object({
    DARKROOM_SOURCE_BUCKET: z.string().min(3),
    DARKROOM_PROCESSED_BUCKET: z.string().min(3),
    DARKROOM_QUEUE_URL: z.url(),
    DARKROOM_DEAD_LETTER_QUEUE_URL: z.url(),
    DARKROOM_EVENT_BUS: z.string().startsWith('arn:').optional(),
    DARKROOM_WEBHOOK_QUEUE_URL: z.url().optional(),
    DARKROOM_RECIPES: received.pipe(json).pipe(recipesSchema).transform(pinned(root)),
    DARKROOM_LIMITS: json.pipe(limitsSchema),
    DARKROOM_OUTCOMES: json
      .pipe(z.strictObject({ variants: z.array(nameSchema).optional() }))
      .optional(),
    DARKROOM_MAX_RECEIVE_COUNT: count,
    DARKROOM_LONGEST_BACK_OFF: count,
    DARKROOM_CONCURRENCY: count,
    POWERTOOLS_LOG_LEVEL: z.enum(LOG_LEVELS),
    POWERTOOLS_TRACE_ENABLED: z.enum(['true', 'false']).transform((value) => value === 'true'),
  });
  return variables.refine((one) => one.DARKROOM_SOURCE_BUCKET !== one.DARKROOM_PROCESSED_BUCKET, {
    path: ['DARKROOM_PROCESSED_BUCKET'],
    message: 'is the source bucket too: every output would be an upload, without end',
  });
}

/**
 * Also adds the own transforms of the package to the catalog, because the recipes may name them.
 *
 * @param root folder of the function's package: `LAMBDA_TASK_ROOT`
 * @throws EnvironmentError that lists every problem
 * @throws OwnTransformError
 */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  root: string,
): Environment {
  loadOwnTransforms(root);
  const checked = check(environmentSchema(root), variables, () => legible(variables, root));
  if (!checked.ok)
    throw new EnvironmentError(`The function's environment is not valid:\n${checked.problems}`, {
      cause: checked.cause,
    });
  const { data } = checked;
  const recipes = data.DARKROOM_RECIPES;
  const { DARKROOM_OUTCOMES: outcomes } = data;
  const delivery = outcomes && { ...outcomes, outcomes: true };
  const makeOutcome = makeOutcomeOf({ recipes, delivery });
  return {
    sourceBucket: data.DARKROOM_SOURCE_BUCKET,
    processedBucket: data.DARKROOM_PROCESSED_BUCKET,
    queueUrl: data.DARKROOM_QUEUE_URL,
    deadLetterQueueUrl: data.DARKROOM_DEAD_LETTER_QUEUE_URL,
    recipes,
    limits: data.DARKROOM_LIMITS,
    maxReceiveCount: data.DARKROOM_MAX_RECEIVE_COUNT,
    longestBackOff: data.DARKROOM_LONGEST_BACK_OFF,
    concurrency: data.DARKROOM_CONCURRENCY,
    logLevel: data.POWERTOOLS_LOG_LEVEL,
    tracing: data.POWERTOOLS_TRACE_ENABLED,
    ...(makeOutcome && { makeOutcome }),
    ...(data.DARKROOM_EVENT_BUS !== undefined && { eventBus: data.DARKROOM_EVENT_BUS }),
    ...(data.DARKROOM_WEBHOOK_QUEUE_URL !== undefined && {
      webhookQueueUrl: data.DARKROOM_WEBHOOK_QUEUE_URL,
    }),
  };
}
