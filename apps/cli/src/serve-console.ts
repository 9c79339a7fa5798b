import { existsSync } from 'node:fs';
import path from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { type Api, type History, startApi, UploadIndex } from '@darkroom/console-api';
import { readActivity, readAlarms, readEvents, readHistory } from './activity.ts';
import { CommandError } from './command.ts';
import { invalidate } from './commands/remove.ts';
import { EXIT } from './exit-codes.ts';
import type { Stack, WithDeadLetters } from './stack.ts';

/** The built page: next to the bundle of the command line, or in a checkout. */
const PAGES = ['console', '../../console/dist'].map((folder) =>
  path.join(import.meta.dirname, folder),
);
/** Between two readings of the queues while a page is open, milliseconds. */
const INTERVAL_MS = 5_000;
/** CloudWatch has new values once in a minute, milliseconds. */
const METRICS_MS = 60_000;
/** The longest search in the function's log, milliseconds. */
const LOG_MS = 10_000;
/** Manifests of unfinished uploads that are read again after a listing. */
const RECHECKS = 500;

export interface ServeOptions {
  readonly port: number;
  readonly isWritable: boolean;
  /** Most uploads to list. */
  readonly most: number;
  /** Between two listings while a page is open, seconds. */
  readonly refreshSeconds: number;
}

/**
 * Serves the console of a deployed stack on this machine, with the credentials of the user. It reads S3, SQS and
 * CloudWatch only while a page is open, except for the first listing.
 *
 * @throws CommandError `PORT_TAKEN` or `NO_PAGE`
 */
export async function serveConsole(
  stack: WithDeadLetters<Stack>,
  options: ServeOptions,
): Promise<Api> {
  const settings = stack.settings();
  const { s3, sourceBucket, processedBucket, queueUrl, deadLetterQueueUrl, region = '' } = stack;
  const buckets = { sourceBucket, processedBucket, queueUrl, deadLetterQueueUrl };
  const index = new UploadIndex({ s3, ...buckets, settings, most: options.most });
  const refresh = every(options.refreshSeconds * 1000, async () => {
    await index.refresh();
    index.recheck(RECHECKS);
  });
  const noHistory: History = { seconds: 60, points: [] };
  const history = every(METRICS_MS, () => readHistory(stack));
  const activity = every(METRICS_MS, (minutes = 15) => readActivity(stack, minutes));
  const alarms = every(METRICS_MS, () => readAlarms(stack));
  const { written = settings } = stack;
  const pipeline = {
    ...{ ...buckets, name: stack.name, s3, sqs: stack.sqs, settings, index, written },
    events: (key: string) => readEvents(stack, key, AbortSignal.timeout(LOG_MS)),
    history: () => history.latest() ?? noHistory,
    activity: (minutes: number) => activity.read(minutes),
    alarms: () => alarms.read(),
    whileWatched: () => {
      // The next event of the page has them. An error is visible in the queue's reading, which has the same access.
      refresh.read().catch(() => undefined);
      history.read().catch(() => undefined);
    },
    invalidate: (folder: string) => invalidate(stack, folder),
  };
  const info = {
    ...{ ...buckets, stack: stack.name, region, deployed: true, settings: written },
    endpoint: process.env['AWS_ENDPOINT_URL'] ?? `https://s3.${region}.amazonaws.com`,
    ...(stack.deliveryUrl !== undefined && { deliveryUrl: stack.deliveryUrl }),
    ...(stack.dashboardUrl !== undefined && { dashboardUrl: stack.dashboardUrl }),
    recipes: settings.recipes.map(({ name, match, variants }) => ({
      ...{ name, match, variants: variants.map((variant) => variant.name) },
    })),
  };
  // Without access the command ends here, with the reason.
  await s3.send(new ListObjectsV2Command({ Bucket: sourceBucket, MaxKeys: 1 }));
  refresh.read().catch(() => undefined);
  const api = await startApi({
    ...{ port: options.port, host: '127.0.0.1', consoleDir: pageFolder() },
    ...{ isWritable: options.isWritable, intervalMs: INTERVAL_MS },
    ...{ stack: () => info, pipeline: () => pipeline },
  }).catch((error: unknown) => portTaken(error, options.port));
  return {
    ...api,
    stop: async () => {
      index.stop();
      await api.stop();
    },
  };
}

function pageFolder(): string {
  const folder = PAGES.find((candidate) => existsSync(path.join(candidate, 'index.html')));
  if (folder === undefined)
    throw new CommandError('The page of the console is not built.', {
      code: 'NO_PAGE',
      remedy: 'Run `npx nx build console` in the checkout.',
      exitCode: EXIT.access,
    });
  return folder;
}

function portTaken(error: unknown, port: number): never {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
  throw new CommandError(`Port ${port} is taken.`, {
    code: 'PORT_TAKEN',
    remedy: 'Stop what listens there, or choose another with --port.',
    exitCode: EXIT.access,
    cause: error,
  });
}

/** Reads at most once per time. Failed readings are repeated at the next call. */
function every<T>(milliseconds: number, read: (minutes?: number) => Promise<T>) {
  let at = -Infinity;
  let reading: Promise<T> | undefined;
  let latest: T | undefined;
  return {
    latest: () => latest,
    read: (minutes?: number): Promise<T> => {
      if (reading && performance.now() - at < milliseconds) return reading;
      at = performance.now();
      reading = read(minutes);
      reading.then(
        (value) => (latest = value),
        () => (at = -Infinity),
      );
      return reading;
    },
  };
}
