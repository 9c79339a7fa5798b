import { PipelineError, type Code } from '@darkroom/pipeline';

/** The HTTP status that the SDK met, where it met one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

function codeOf(error: unknown): Code {
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : '';
  // 404 too: `If-Match` on an object that is gone (Amazon S3 user guide, "Conditional writes").
  if (status === 412 || status === 409 || status === 404)
    return name === 'NoSuchBucket' ? 'STORAGE_UNAVAILABLE' : 'CONFLICT';
  if (status === 429 || name === 'SlowDown' || name.startsWith('Throttling')) return 'THROTTLED';
  if (name === 'TimeoutError' || name === 'AbortError') return 'TIMEOUT';
  return 'STORAGE_UNAVAILABLE';
}

/** An error of the S3 client as one with a code of the contract. */
export function storageError(error: unknown, request: string): PipelineError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new PipelineError(codeOf(error), `${request}: ${reason}`, { cause: error });
}
