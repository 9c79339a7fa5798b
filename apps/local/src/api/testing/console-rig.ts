import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  type Activity,
  startApi,
  type Api,
  type ConsolePipeline,
  type StackChange,
  type StackInfo,
  UploadIndex,
} from '@darkroom/console-api';
import { exampleSettings, exampleStack } from '@darkroom/console-api/testing';
import { startEmbeddedAws, type EmbeddedAws } from '@darkroom/embedded-aws';
import { noticeChange } from '../../notice-change.ts';
import { RecentOutcomes } from '../../recent-outcomes.ts';
import { StandInHandler } from './stand-in-handler.ts';

/** What `nx build console` leaves. */
export const CONSOLE_DIR = path.join(import.meta.dirname, '../../../../console/dist');

/** The embedded AWS with two empty buckets and the API with the built console, on free ports. */
export interface ConsoleRig {
  readonly aws: EmbeddedAws;
  readonly api: Api;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly stack: StackInfo;
  readonly handler: StandInHandler;
  readonly index: UploadIndex;
  /** Lines of the function. */
  readonly recent: RecentOutcomes;
  /** What the latest save of the stack file led to. */
  change?: StackChange;
  /** Set to nothing, and the API says that it starts. */
  running: StackInfo | undefined;
  /** Uploads as any S3 client would. */
  upload(key: string, body: Uint8Array | string): Promise<void>;
  stop(): Promise<void>;
}

export async function startConsoleRig(
  overrides: Partial<StackInfo> = {},
  files: Pick<ConsolePipeline, 'stackFile' | 'sideFiles'> = {},
  isWritable = true,
): Promise<ConsoleRig> {
  const recent = new RecentOutcomes();
  const ready: { pipeline?: ConsolePipeline } = {};
  const aws = await startEmbeddedAws({
    port: 0,
    onObjectChange: (bucket, key) => {
      if (ready.pipeline) noticeChange(ready.pipeline, bucket, key);
    },
  });
  const stack = exampleStack({ ...overrides, endpoint: aws.endpoint });
  const client = {
    endpoint: aws.endpoint,
    region: stack.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  for (const bucket of [stack.sourceBucket, stack.processedBucket])
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const url of [stack.queueUrl, stack.deadLetterQueueUrl])
    await sqs.send(new CreateQueueCommand({ QueueName: url.slice(url.lastIndexOf('/') + 1) }));
  const index = new UploadIndex({ s3, ...stack, settings: exampleSettings });
  const pipeline = (ready.pipeline = {
    ...{ ...stack, name: stack.stack, s3, sqs, settings: exampleSettings, index },
    events: (key: string) => Promise.resolve(recent.eventsOf(key)),
    history: () => recent.history(Date.now()),
    change: () => rig.change,
    ...{ written: stack.settings, ...files },
  });
  await index.refresh();
  const api = await startApi({
    ...{ port: 0, host: '127.0.0.1', consoleDir: CONSOLE_DIR, isWritable },
    stack: () => rig.running,
    pipeline: () => rig.running && pipeline,
    activity: (minutes): Activity => ({
      ...recent.since(Date.now() - minutes * 60_000, undefined),
      ...{ running: 0, oldestMessage: aws.oldestMessage(stack.queueUrl) ?? null },
    }),
  });
  const rig: ConsoleRig = {
    ...{ aws, api, s3, sqs, stack, index, recent },
    handler: new StandInHandler(s3, stack),
    running: stack,
    upload: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: stack.sourceBucket, Key: key, Body: body }));
    },
    stop: async () => {
      index.stop();
      await api.stop();
      s3.destroy();
      sqs.destroy();
      await aws.stop();
    },
  };
  return rig;
}
