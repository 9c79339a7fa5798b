import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { limitsSchema, type Limits } from './limits.ts';
import { recipesSchema, type Recipe, type RecipeInput } from './recipe.ts';
import { formatIssues, type Settings } from './settings.ts';

/** All variables of a function together, bytes (Lambda developer guide, "Lambda quotas"). */
export const MAX_ENVIRONMENT_BYTES = 4096;
/** Recipes that do not fit into the environment travel as this file of the function's package. */
export const RECIPES_FILE = 'recipes.json';
/** Left for the variables whose length is known only after deployment: names, URLs, levels. */
const OTHER_VARIABLES_BYTES = 1536;

/** A string that holds JSON which the schema takes. */
function json<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch (cause) {
        context.addIssue({ code: 'custom', message: `is no JSON: ${String(cause)}` });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const positive = z.coerce.number<string>().int().positive();

const environmentSchema = z.object({
  DARKROOM_SOURCE_BUCKET: z.string().min(3),
  DARKROOM_PROCESSED_BUCKET: z.string().min(3),
  DARKROOM_DEAD_LETTER_QUEUE_URL: z.url(),
  DARKROOM_RECIPES: json(recipesSchema),
  DARKROOM_LIMITS: json(limitsSchema),
  DARKROOM_MAX_RECEIVE_COUNT: positive,
  DARKROOM_CONCURRENCY: positive,
});

/** What the function knows when it has started. */
export interface Environment {
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly deadLetterQueueUrl: string;
  readonly recipes: readonly Recipe[];
  readonly limits: Limits;
  /** Attempts before a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** Images that the function works on at once. */
  readonly concurrency: number;
}

/** Names that exist only after deployment. */
export interface DeployedNames {
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly deadLetterQueueUrl: string;
}

/** How the recipes travel, decided without knowing the deployed names, so that a preview decides as a deployment does. */
export interface RecipesTransport {
  /** Value of `DARKROOM_RECIPES`. */
  readonly variable: string;
  /** Content of `RECIPES_FILE` in the package, where the variable points at it. */
  readonly file?: string;
}

export function transportRecipes(recipes: readonly RecipeInput[]): RecipesTransport {
  const text = JSON.stringify(recipes);
  return Buffer.byteLength(text) + OTHER_VARIABLES_BYTES <= MAX_ENVIRONMENT_BYTES
    ? { variable: text }
    : { variable: `file:${RECIPES_FILE}`, file: text };
}

/** One vCPU is 1,769 MiB (Lambda developer guide, "Configure Lambda function memory"); one image for each. */
function imagesAtOnce(memoryMiB: number): number {
  return Math.max(1, Math.floor(memoryMiB / 1769));
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
  const variables = {
    DARKROOM_SOURCE_BUCKET: names.sourceBucket,
    DARKROOM_PROCESSED_BUCKET: names.processedBucket,
    DARKROOM_DEAD_LETTER_QUEUE_URL: names.deadLetterQueueUrl,
    DARKROOM_RECIPES: transport.variable,
    DARKROOM_LIMITS: JSON.stringify(settings.limits),
    DARKROOM_MAX_RECEIVE_COUNT: String(settings.queue.maxReceiveCount),
    DARKROOM_CONCURRENCY: String(imagesAtOnce(settings.function.memory)),
    POWERTOOLS_SERVICE_NAME: 'darkroom',
    POWERTOOLS_METRICS_NAMESPACE: 'Darkroom',
    POWERTOOLS_LOG_LEVEL: settings.logs.level,
    // glibc's arenas fragment under libvips (lovell/sharp 2607): the process must start with this.
    MALLOC_ARENA_MAX: '2',
    NODE_OPTIONS: '--enable-source-maps',
  };
  const bytes = environmentBytes(variables);
  if (bytes > MAX_ENVIRONMENT_BYTES)
    throw new RangeError(
      `The function's variables have ${bytes} bytes together, Lambda allows ${MAX_ENVIRONMENT_BYTES}`,
    );
  return variables;
}

export function environmentBytes(variables: Readonly<Record<string, string>>): number {
  return Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}

/** The function's variables are not what `formatEnvironment` writes. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code = 'INVALID_ENVIRONMENT';
}

function resolveFile(value: string | undefined, root: string): string | undefined {
  if (!value?.startsWith('file:')) return value;
  const file = value.slice('file:'.length);
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch (cause) {
    throw new EnvironmentError(`DARKROOM_RECIPES names ${file}, which the package does not hold`, {
      cause,
    });
  }
}

/**
 * @param root folder of the function's package: `LAMBDA_TASK_ROOT`
 * @throws EnvironmentError that lists every problem
 */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  root: string,
): Environment {
  const result = environmentSchema.safeParse({
    ...variables,
    DARKROOM_RECIPES: resolveFile(variables['DARKROOM_RECIPES'], root),
  });
  if (!result.success)
    throw new EnvironmentError(
      `The function's environment is not valid:\n${formatIssues(result.error)}`,
      { cause: result.error },
    );
  const parsed = result.data;
  return {
    sourceBucket: parsed.DARKROOM_SOURCE_BUCKET,
    processedBucket: parsed.DARKROOM_PROCESSED_BUCKET,
    deadLetterQueueUrl: parsed.DARKROOM_DEAD_LETTER_QUEUE_URL,
    recipes: parsed.DARKROOM_RECIPES,
    limits: parsed.DARKROOM_LIMITS,
    maxReceiveCount: parsed.DARKROOM_MAX_RECEIVE_COUNT,
    concurrency: parsed.DARKROOM_CONCURRENCY,
  };
}
