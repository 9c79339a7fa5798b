/**
 * - `INVALID_POSITION`: a saved position that is none, or that belongs to other buckets or another prefix
 * - `INVALID_OPTION`: a limit or a rate outside its range
 * - `SEND_FAILED`: SQS kept refusing messages; nothing that it refused counts as sent
 * - `DELETE_FAILED`: dead letters that were sent on could not be deleted, so that they are in both queues: harmless
 */
export type OperationCode = 'INVALID_POSITION' | 'INVALID_OPTION' | 'SEND_FAILED' | 'DELETE_FAILED';

/** Errors of S3 and SQS themselves pass as the SDK throws them, after its own retries. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationCode;

  constructor(code: OperationCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
