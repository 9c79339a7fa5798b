import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { HandlerContext } from '../engine/index.ts';

/** What the handlers create things with. */
export interface AwsContext extends HandlerContext {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** Of the embedded AWS, such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** In ARNs and host names only. */
  readonly region: string;
  readonly accountId: string;
  /** Where the packages of functions are unpacked. Absolute. */
  readonly dataDir: string;
}

export function arnOf(
  { region, accountId }: Pick<AwsContext, 'region' | 'accountId'>,
  service: string,
  resource: string,
): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}
