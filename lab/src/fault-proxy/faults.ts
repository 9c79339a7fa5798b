import type { AwsRequest } from './aws-request.ts';

/** What can go wrong with a request. */
export const FAULTS = [
  /** The request or the response is late. */
  'delay',
  /** Status 503 or 500; S3 or SQS does not perform the request. */
  'slow-down',
  'internal-error',
  /** The connection breaks while the request is sent. The request is not performed. */
  'request-reset',
  /** One byte of the body is changed when it arrives. */
  'request-corrupted',
  /** 409 and 412 without a cause; the request is not performed. */
  'conflict',
  'precondition-failed',
  /** The request is performed, but the connection breaks before the first byte of the response. */
  'response-lost',
  /** The request is performed, but the connection breaks in the middle of the response. */
  'response-reset',
  /** The request is performed, but the connection closes normally in the middle of the response. */
  'response-truncated',
  /** The body is shorter than the object, and `Content-Length` gives the shorter length. */
  'response-shortened',
  /** One byte of the object is changed. */
  'response-corrupted',
  /** A message is delivered twice. */
  'message-duplicated',
  /** Messages are delivered later than messages that were sent after them. */
  'message-held-back',
  /** The queue confirms a deletion and delivers the message again. */
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
      // A lost response to a receive delays its messages by a visibility timeout. One kind of lost response is enough.
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

export interface PlannedFault {
  readonly kind: Fault;
  /** In [0, 1): the length of a delay, the place of a changed byte, or where a response ends. */
  readonly size: number;
}

/** Decides which fault a request meets: a `FaultPlan`, or the faults of one test. */
export interface Faults {
  next(request: AwsRequest): PlannedFault | undefined;
}
