import type { Settings } from '@darkroom/pipeline';
import * as z from 'zod';
import { type Context, flag, option } from './command.ts';
import { countObjects } from './count-objects.ts';
import { keepHeapSmall } from './heap.ts';
import { SavedPosition } from './saved-position.ts';
import type { StackWithSettings } from './stack.ts';
import { formatDuration } from './terminal.ts';

/** Options of the commands that read both buckets. */
export const walkOptions = {
  prefix: option('--prefix <prefix>', 'only keys with this prefix', z.string().optional()),
  inventory: option(
    '--inventory <url>',
    'reads an S3 Inventory report, s3://BUCKET/…/manifest.json, instead of listing the buckets',
    z
      .string()
      .regex(/^s3:\/\/[^/]+\/.+manifest\.json$/, 'must be s3://BUCKET/…/manifest.json')
      .optional(),
  ),
  position: option(
    '--position <file>',
    'file of the position, to continue after Ctrl-C (default: below ~/.local/state/darkroom)',
    z.string().optional(),
    { completes: 'file' },
  ),
  restart: flag('--restart', 'begins again instead of at the saved position'),
};

export interface WalkOptions {
  readonly prefix?: string | undefined;
  readonly inventory?: string | undefined;
  readonly position?: string | undefined;
  readonly restart: boolean;
}

interface Progress {
  readonly compared: number;
  readonly position: object;
}

/** Options of the operations, from the stack, the command line and the saved position. */
type Walk<P extends Progress> = Pick<
  StackWithSettings,
  's3' | 'sqs' | 'sourceBucket' | 'processedBucket' | 'queueUrl'
> & {
  readonly settings: Settings;
  readonly prefix: string;
  readonly inventory: string | undefined;
  readonly signal: AbortSignal;
  readonly position?: unknown;
  readonly onProgress: (progress: P) => void;
};

/**
 * Runs an operation over both buckets: continues at the saved position, shows progress, and saves the position.
 *
 * @param identity what distinguishes the run from others, apart from buckets, prefix, report and settings
 * @param operation runs it
 * @param isComplete whether the result is that of the whole run, whose position is then deleted
 * @param note what progress shows after the number of keys
 */
export async function walkBuckets<P extends Progress, Result>(
  { terminal, signal }: Context,
  stack: StackWithSettings,
  { prefix = '', inventory, position: file, restart }: WalkOptions,
  {
    identity,
    operation,
    isComplete,
    note = () => '',
  }: {
    readonly identity: object;
    readonly operation: (walk: Walk<P>) => Promise<Result>;
    readonly isComplete: (result: Result) => boolean;
    readonly note?: (progress: P) => string;
  },
): Promise<Result> {
  const { s3, sqs, sourceBucket, processedBucket, queueUrl, settings } = stack;
  const run = { ...identity, sourceBucket, processedBucket, prefix, inventory, settings };
  const saved = new SavedPosition(run, file);
  const position = restart ? undefined : saved.read();
  if (position !== undefined) terminal.note(`continues from ${saved.file}`);
  const isCounted = terminal.isInteractive && inventory === undefined;
  const total = isCounted ? await countObjects(s3, sourceBucket, prefix, signal) : 0;
  const bar = terminal.progress('compared', total);
  const began = Date.now();
  const remaining = (compared: number) =>
    ((total - compared) * (Date.now() - began)) / 1000 / compared;
  const result = await operation({
    ...{ s3, sqs, sourceBucket, processedBucket, queueUrl, settings, prefix, inventory, signal },
    ...(position !== undefined && { position }),
    onProgress(progress) {
      keepHeapSmall();
      saved.write(progress.position);
      const left = total > 0 ? [`${formatDuration(remaining(progress.compared))} left`] : [];
      bar.update(
        progress.compared,
        [note(progress), ...left].filter((text) => text !== '').join(', '),
      );
    },
  });
  bar.stop();
  if (isComplete(result)) saved.remove();
  return result;
}
