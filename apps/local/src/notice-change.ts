import type { ConsolePipeline } from '@darkroom/console-api';

/** Keeps the console's index current after a write to the embedded S3. */
export function noticeChange(
  { index, sourceBucket, processedBucket }: ConsolePipeline,
  bucket: string,
  key: string | undefined,
): void {
  if (bucket === sourceBucket && key !== undefined) index.sourceChanged(key);
  else if (bucket === processedBucket && key !== undefined) index.outputChanged(key);
  else if (bucket === sourceBucket || bucket === processedBucket)
    index.refresh().catch(() => undefined);
}
