import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedAws, type EmbeddedAws } from '@darkroom/embedded-aws';
import { startApi, type Api, type StackInfo } from '../start-api.ts';
import { exampleStack } from './example-stack.ts';
import { StandInHandler } from './stand-in-handler.ts';

/** What `nx build console` leaves. */
export const CONSOLE_DIR = path.join(import.meta.dirname, '../../../../console/dist');

/** The embedded AWS with two empty buckets and the API with the built console, on free ports. */
export interface ConsoleRig {
  readonly aws: EmbeddedAws;
  readonly api: Api;
  readonly s3: S3Client;
  readonly stack: StackInfo;
  readonly handler: StandInHandler;
  /** Set to nothing, and the API says that it starts. */
  running: StackInfo | undefined;
  /** Uploads as any S3 client would. */
  upload(key: string, body: Uint8Array | string): Promise<void>;
  stop(): Promise<void>;
}

export async function startConsoleRig(overrides: Partial<StackInfo> = {}): Promise<ConsoleRig> {
  const api = await startApi({
    port: 0,
    host: '127.0.0.1',
    consoleDir: CONSOLE_DIR,
    stack: () => rig.running,
  });
  const aws = await startEmbeddedAws({ port: 0, trustedOrigins: [api.url] });
  const stack = exampleStack({ ...overrides, endpoint: aws.endpoint });
  const s3 = new S3Client({
    endpoint: aws.endpoint,
    region: stack.region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const bucket of [stack.sourceBucket, stack.processedBucket])
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const rig: ConsoleRig = {
    aws,
    api,
    s3,
    stack,
    handler: new StandInHandler(s3, stack),
    running: stack,
    upload: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: stack.sourceBucket, Key: key, Body: body }));
    },
    stop: async () => {
      await api.stop();
      s3.destroy();
      await aws.stop();
    },
  };
  return rig;
}
