import * as z from 'zod';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CommandError } from './command-error.ts';
import { operationOf } from './aws-operation.ts';

/** What `--json` writes to standard error instead of a result. */
export const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('USAGE, INTERRUPTED, DEFECT, or a code that names the reason'),
    message: z.string(),
    remedy: z.string().optional().describe('What to do about it'),
  }),
});

/** An error for people. */
export interface Explained {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** Stack trace of a defect. */
  readonly defect?: string | undefined;
  readonly exitCode: ExitCode;
}

const CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'Forbidden',
  'KMS.AccessDeniedException',
  'NotAuthorized',
  'UnauthorizedOperation',
]);

const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'KmsThrottled',
  'LimitExceededException',
  'OverLimit',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const MISSING = new Set([
  'NoSuchBucket',
  'NoSuchDistribution',
  'NotFound',
  'QueueDoesNotExist',
  'ResourceNotFoundException',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]);

/** One message and a remedy for each error that an operator meets. */
export function explainError(error: unknown): Explained {
  if (error instanceof CommandError) {
    const { code, message, remedy, exitCode } = error;
    return { code, message, remedy, exitCode };
  }
  if (!(error instanceof Error)) return defect(new Error(String(error)));
  const { name, message } = error;
  const code = 'code' in error ? String(error.code) : name;
  const operation = operationOf(error);
  const where = operation?.resource ?? 'AWS';

  if (CREDENTIALS.has(name))
    return {
      code: 'NO_CREDENTIALS',
      message: `AWS does not accept the credentials: ${message}`,
      remedy:
        'Sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
      exitCode: EXIT.access,
    };
  if (DENIED.has(name) || statusOf(error) === 403) {
    const { action = operation?.action ?? 'the request', resource = where } = deniedIn(message);
    return {
      code: 'NO_PERMISSION',
      message: `The credentials lack the permission ${action} on ${resource}.`,
      remedy: `Ask the owner of the account to allow ${action} on ${resource}, or use other credentials (AWS_PROFILE).`,
      exitCode: EXIT.access,
    };
  }
  if (THROTTLED.has(name) || throttling(error))
    return {
      code: 'THROTTLED',
      message: `AWS throttled every attempt of ${operation?.action ?? 'a request'} on ${where}: ${message}`,
      remedy: 'Wait a minute and run the same command again, with a lower --rate if it has one.',
      exitCode: EXIT.unavailable,
    };
  if (operation && MISSING.has(name))
    return {
      code: 'NOT_FOUND',
      message: `${where} does not exist (${name}).`,
      remedy: 'Check the stack, the region and the account: `aws sts get-caller-identity`.',
      exitCode: EXIT.access,
    };
  if (UNREACHABLE.has(code) || UNREACHABLE.has(name))
    return {
      code: 'UNREACHABLE',
      message: `${where} does not answer: ${message || code}`,
      remedy:
        'Check the network and the region. For the local stack: is `npm start` still running?',
      exitCode: EXIT.unavailable,
    };
  if (operation)
    return {
      code: name,
      message: `${operation.action} on ${where} failed: ${message}`,
      exitCode: EXIT.unavailable,
    };
  // The libraries give errors that the user can fix a code of their own.
  if ('code' in error && !(error instanceof TypeError))
    return { code, message, exitCode: EXIT.usage };
  return defect(error);
}

function defect(error: Error): Explained {
  return {
    code: 'DEFECT',
    message: error.message,
    remedy: 'This is a defect of Darkroom. Report it with the lines below.',
    defect: error.stack,
    exitCode: EXIT.defect,
  };
}

/** "User: ARN is not authorized to perform: s3:GetObject on resource: "ARN" because …" */
function deniedIn(message: string): { action?: string; resource?: string } {
  const action = /perform: ([\w-]+:\w+)/.exec(message)?.[1];
  const resource = /on resource: "?([^\s"]+?)"?(?: |$)/.exec(message)?.[1];
  return { ...(action !== undefined && { action }), ...(resource !== undefined && { resource }) };
}

function statusOf(error: Error): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function throttling(error: Error): boolean {
  return (
    (error as { $retryable?: { throttling?: boolean } }).$retryable?.throttling === true ||
    statusOf(error) === 429
  );
}
