import { BASE_MIB, estimateMemory, makePlan, type SourceFacts } from '@darkroom/transforms';
import { catalog } from './catalog.ts';
import { imagesAtOnce } from './environment.ts';
import { isRejection, toPipelineError } from './errors.ts';
import type { Limits } from './limits.ts';
import type { Recipe } from './recipe.ts';
import { holds } from './recipe/when.ts';
import type { Settings } from './settings.ts';
import { CLOSING_MS, visibilityTimeout } from './timing.ts';

/** A setting that does not go with another one. */
export interface Misfit {
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
export function misfits(settings: Settings): Misfit[] {
  return [concurrency(settings), batch(settings), age(settings)].filter(
    (misfit) => misfit !== undefined,
  );
}

/**
 * The event source mapping does not know of reserved concurrency: it would take more messages than the function may
 * work on, and each throttled call counts as an attempt (Lambda developer guide, "Configuring maximum concurrency").
 */
function concurrency({ queue, function: { reservedConcurrency } }: Settings): Misfit | undefined {
  if (reservedConcurrency === undefined || queue.maximumConcurrency <= reservedConcurrency)
    return undefined;
  return {
    path: ['queue', 'maximumConcurrency'],
    message: `${queue.maximumConcurrency} calls at once are more than function.reservedConcurrency allows (${reservedConcurrency}): the others would be throttled, and count as attempts`,
  };
}

function batch({ queue, function: { memory, timeout } }: Settings): Misfit | undefined {
  const room = timeout * 1000 - CLOSING_MS;
  const most = Math.floor((room * imagesAtOnce(memory)) / LEAST_MS_PER_MESSAGE);
  if (queue.batchSize <= most) return undefined;
  return {
    path: ['queue', 'batchSize'],
    message: `${number.format(queue.batchSize)} messages cannot be done within function.timeout (${timeout} s); at ${LEAST_MS_PER_MESSAGE} ms each, ${number.format(most)} can`,
  };
}

/** Seconds that the oldest message may wait before somebody is told. */
export function oldestMessageAlarm({ alarms, queue, function: { timeout } }: Settings): number {
  return alarms.oldestMessage ?? 3 * visibilityTimeout(timeout, queue.batchWindow);
}

function age(settings: Settings): Misfit | undefined {
  const seconds = oldestMessageAlarm(settings);
  if (seconds < settings.queue.retention) return undefined;
  const isSet = settings.alarms.oldestMessage !== undefined;
  return {
    path: isSet ? ['alarms', 'oldestMessage'] : ['queue', 'retention'],
    message: `messages are gone after ${settings.queue.retention} s (queue.retention), before the alarm for the oldest one goes off (${seconds} s)`,
  };
}

/**
 * Recipes whose largest pictures the function's memory does not hold. No misfit: few uploads are that large, and one
 * that ends the process ends as a dead letter. For the people who deploy to decide.
 *
 * @returns for each recipe a sentence, with what to change
 */
export function memoryWarnings({ recipes, limits, function: { memory } }: Settings): string[] {
  return recipes.flatMap((recipe) => {
    const needs = memoryForLargest(recipe, limits);
    if (needs <= memory) return [];
    return [
      `function.memory: ${number.format(memory)} MiB do not hold the largest picture that the limits let in ` +
        `(limits.pixels ${number.format(limits.pixels)}, limits.bytes ${number.format(limits.bytes)}) with the ` +
        `variants of the recipe "${recipe.name}", which take about ${number.format(needs)} MiB: ` +
        'give the function more, or lower limits.pixels',
    ];
  });
}

/**
 * MiB for the largest everyday picture that the limits let in, by the estimate that the engine's plan gives: a still
 * one, 8 bits deep, 3:2. What an animation, 16 bits or a ribbon of a picture take is told by their header alone.
 */
export function memoryForLargest(recipe: RecipeToSize, limits: Limits): number {
  const long = Math.min(limits.side, Math.floor(Math.sqrt(limits.pixels * 1.5)));
  const short = Math.max(1, Math.floor(long / 1.5));
  const sizes = [
    { width: long, height: short },
    { width: short, height: long },
  ];
  const needs = recipe.formats.flatMap((format) =>
    sizes.map((size) => planned(recipe, { ...largest(format), ...size, bytes: limits.bytes })),
  );
  return Math.ceil(BASE_MIB + Math.max(...needs));
}

type RecipeToSize = Pick<Recipe, 'name' | 'formats' | 'variants'>;

/** Every row of the picture is held while it is decoded, where the format has such a coding. */
function largest(format: SourceFacts['format']): Omit<SourceFacts, 'width' | 'height' | 'bytes'> {
  return {
    format,
    orientation: 1,
    pages: 1,
    hasAlpha: format !== 'jpeg',
    progressive: format === 'jpeg' || format === 'png',
    coding: { depth: 8, space: 'rgb', profile: 'none', chromaSubsampling: '4:4:4' },
  };
}

/** MiB, beside the process; nothing for what the steps refuse. */
function planned(recipe: RecipeToSize, facts: SourceFacts): number {
  const variants = recipe.variants.filter(({ copy, when }) => !copy && holds(when, facts));
  try {
    const plan = makePlan({
      recipe: recipe.name,
      facts,
      variants,
      bind: (step) => catalog.bind(step),
    });
    // One at a time: where memory is short, the function works on no second image.
    return estimateMemory(facts, plan, 1);
  } catch (error) {
    if (isRejection(toPipelineError(error).code)) return 0;
    throw error;
  }
}
