import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { HandlerContext } from '../engine/index.ts';

/** The clients and facts that handlers create resources with. */
export interface AwsContext extends HandlerContext {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** Origin of the embedded AWS, such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Used in ARNs and host names only. */
  readonly region: string;
  readonly accountId: string;
  /** Absolute path of the directory for unpacked function packages. */
  readonly dataDir: string;
}

export function arnOf(
  { region, accountId }: Pick<AwsContext, 'region' | 'accountId'>,
  service: string,
  resource: string,
): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

/** An error with AWS's code as its name. */
export class AwsError extends Error {
  override readonly name: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
  }
}

/** Returns the answer of a call, or undefined if it fails with one of these codes. */
export async function unlessAbsent<Answer>(
  codes: readonly string[],
  call: Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && codes.includes(error.name)) return undefined;
    throw error;
  }
}
