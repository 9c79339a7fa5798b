/**
 * - `INVALID_POSITION`: a saved position is not valid, or belongs to other buckets or another prefix
 * - `INVALID_INVENTORY`: an S3 Inventory report is not valid, has another format than CSV, or belongs to another bucket
 * - `INVALID_OPTION`: a limit or a rate is outside its range
 * - `SEND_FAILED`: SQS rejected messages on every attempt; rejected messages do not count as sent
 * - `DELETE_FAILED`: SQS did not delete dead-letter messages after they were sent. They are in both queues, which is
 *   harmless.
 * - `REMOVE_FAILED`: S3 did not delete a version of an upload or of its outputs
 * - `NOT_FOUND`: an upload does not exist
 */
export type OperationCode =
  | 'INVALID_INVENTORY'
  | 'INVALID_POSITION'
  | 'INVALID_OPTION'
  | 'SEND_FAILED'
  | 'DELETE_FAILED'
  | 'REMOVE_FAILED'
  | 'NOT_FOUND';

/** The library does not wrap errors of S3 and SQS. The SDK throws them after its own retries. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationCode;

  constructor(code: OperationCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
