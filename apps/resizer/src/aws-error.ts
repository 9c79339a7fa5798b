import { PipelineError, type Code } from '@darkroom/pipeline';

/** @returns the HTTP status of an SDK error, undefined without one */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Whether the object does not exist. A missing bucket says nothing about its objects. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';
}

/**
 * HEAD without a body says no more than "bad request" for an object that is encrypted with its uploader's key.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export function mayNeedKey(error: unknown): boolean {
  return statusOf(error) === 400;
}

/**
 * Why no permission lets the function read an object, and what to do about it. A refusal by KMS is not such a reason: an
 * operator grants the permission.
 * @returns nothing for all other errors
 */
export function whyUnreadable(error: unknown): string | undefined {
  if (nameOf(error) === 'InvalidObjectState')
    return (
      'The object is archived (storage class or archive tier of S3 Glacier): restore it, or upload it again with ' +
      'the storage class STANDARD; a restored object is processed when its key is sent again'
    );
  const isKeyMissing =
    mayNeedKey(error) && error instanceof Error && /server.side encryption/i.test(error.message);
  return isKeyMissing
    ? 'The object is encrypted with its uploader’s own key (SSE-C): upload it again without that key, with SSE-S3 or SSE-KMS'
    : undefined;
}

const THROTTLED = /Throttl|SlowDown|TooManyRequests|OverLimit/;
/** From the SDK's HTTP client, from an aborted signal, and from S3 while it waits for a body. */
const NOT_IN_TIME = new Set(['TimeoutError', 'AbortError', 'RequestTimeout']);

function codeOf(error: unknown): Code {
  const status = statusOf(error);
  const name = nameOf(error);
  // 404 too: `If-Match` on an object that is gone (Amazon S3 user guide, "Conditional writes").
  if (status === 412 || status === 409 || isMissing(error)) return 'CONFLICT';
  if (status === 429 || THROTTLED.test(name)) return 'THROTTLED';
  if (NOT_IN_TIME.has(name)) return 'TIMEOUT';
  return 'STORAGE_UNAVAILABLE';
}

/** Converts an error of an AWS client to one with a code of the contract. */
export function awsError(error: unknown, request: string, code = codeOf(error)): PipelineError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new PipelineError(code, `${request}: ${reason}`, { cause: error });
}
