import type { AwsRequest } from './aws-request.ts';
import type { WholeResponse } from './upstream.ts';

/** Amazon S3 API reference, "Error responses"; SQS answers in JSON. */
const ERRORS = {
  'slow-down': { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  'internal-error': {
    status: 500,
    code: 'InternalError',
    message: 'We encountered an internal error. Please try again.',
  },
  conflict: {
    status: 409,
    code: 'ConditionalRequestConflict',
    message: 'The conditional request cannot succeed due to a conflicting operation.',
  },
  'precondition-failed': {
    status: 412,
    code: 'PreconditionFailed',
    message: 'At least one of the pre-conditions you specified did not hold',
  },
} as const;

export type ErrorFault = keyof typeof ERRORS;

export function isErrorFault(fault: string): fault is ErrorFault {
  return Object.hasOwn(ERRORS, fault);
}

export function errorResponse(fault: ErrorFault, { place }: AwsRequest): WholeResponse {
  const { status, code, message } = ERRORS[fault];
  return place === 'queue'
    ? {
        status,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Buffer.from(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message })),
      }
    : {
        status,
        headers: { 'content-type': 'application/xml' },
        body: Buffer.from(
          `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
        ),
      };
}
