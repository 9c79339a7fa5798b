import { imagesAtOnce } from './environment.ts';
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
