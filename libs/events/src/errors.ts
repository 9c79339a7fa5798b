/**
 * The one error of this library: a message that is nothing we understand, and that no retry makes
 * understandable. `reason` names the place in the message and is at most some hundred characters
 * long; it never repeats a whole body, and it holds no control characters, so that it can travel
 * as an SQS message attribute. `cause` is the JSON or schema error beneath, where there is one.
 */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
  readonly code = 'INVALID_MESSAGE';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Invalid message: ${reason}`, options);
    this.reason = reason;
  }
}
