import type { AwsRequest } from './aws-request.ts';

/** Where in an exchange a fault strikes, and what it does there. */
export const FAULTS = [
  /** The request, or the answer, takes its time. */
  'delay',
  /** 503 of S3 (or of SQS), without the request being done. */
  'slow-down',
  'internal-error',
  /** The connection breaks while the request is sent: it is not done. */
  'request-reset',
  /** A byte of the body is another one when it arrives. */
  'request-corrupted',
  /** 409 and 412 out of nowhere. */
  'conflict',
  'precondition-failed',
  /** Done, but the connection breaks before the first byte of the answer. */
  'response-lost',
  /** Done, but the connection breaks in the middle of the answer. */
  'response-reset',
  /** Done, but the connection ends in good order in the middle of the answer. */
  'response-truncated',
  /** The object's body is shorter than the object, and `Content-Length` agrees with it. */
  'response-shortened',
  /** A byte of the object's body is another one. */
  'response-corrupted',
  /** A message is delivered a second time. */
  'message-duplicated',
  /** Messages are delivered later than those that came after them. */
  'message-held-back',
  /** The queue says that a message is deleted, and delivers it again. */
  'deletion-forgotten',
] as const;

export type Fault = (typeof FAULTS)[number];

const EVERYWHERE = [
  'delay',
  'slow-down',
  'internal-error',
  'request-reset',
  'response-lost',
  'response-reset',
  'response-truncated',
] as const satisfies readonly Fault[];

/** The faults that a request can meet. */
export function faultsOf({ operation }: AwsRequest): readonly Fault[] {
  switch (operation) {
    case 'GetObject':
      return [...EVERYWHERE, 'response-shortened', 'response-corrupted'];
    case 'PutObject':
      return [...EVERYWHERE, 'request-corrupted', 'conflict', 'precondition-failed'];
    case 'DeleteObject':
      return [...EVERYWHERE, 'conflict', 'precondition-failed'];
    case 'ReceiveMessage':
      // A receive whose answer is lost costs every message in it a visibility timeout: that, one kind has to show.
      return [
        'delay',
        'internal-error',
        'response-lost',
        'message-duplicated',
        'message-held-back',
      ];
    case 'DeleteMessageBatch':
      return ['delay', 'internal-error', 'response-lost', 'deletion-forgotten'];
    default:
      return EVERYWHERE;
  }
}
