/** Buckets and queues that no stack describes: commands name them by options. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { parseSettings } from '@darkroom/pipeline';
import { vi } from 'vitest';
import { temporaryDirectory } from '../testing/running-stack.ts';

const RECIPE = { name: 'photos', variants: [{ name: 'w9', steps: [{ resize: { width: 9 } }] }] };
export const settings = parseSettings({ recipes: [RECIPE] }, 'test');
export const [recipe] = settings.recipes;

/** `recipe.yaml` and the variables of the environment are those of a user of this S3 and SQS. */
export async function startNamedStack(...moreBuckets: string[]) {
  const aws = await startEmbeddedAws({ port: 0 });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: aws.endpoint, region: 'us-east-1', credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  for (const Bucket of ['uploads', 'outputs', ...moreBuckets])
    await s3.send(new CreateBucketCommand({ Bucket }));
  const createQueue = async (QueueName: string) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
    return QueueUrl;
  };
  const queue = await createQueue('queue');
  const dead = await createQueue('dead');
  const folder = await temporaryDirectory();
  await writeFile(path.join(folder, 'recipe.yaml'), JSON.stringify(RECIPE));
  vi.stubEnv('INIT_CWD', folder);
  vi.stubEnv('XDG_STATE_HOME', folder);
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return {
    s3,
    sqs,
    queue,
    dead,
    put: (Bucket: string, Key: string, Body: string | Uint8Array) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body })),
    options: [
      ...['--settings', 'recipe.yaml', '--source', 'uploads', '--processed', 'outputs'],
      ...['--queue', queue, '--dead-letters', dead],
    ],
    stop: async () => {
      vi.unstubAllEnvs();
      s3.destroy();
      sqs.destroy();
      await aws.stop();
    },
  };
}
