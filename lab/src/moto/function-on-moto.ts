import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { StackInfo } from '@darkroom/console-api';
import { startLambda } from '@darkroom/local-lambda';
import {
  formatEnvironment,
  parseSettings,
  transportRecipes,
  type SettingsInput,
} from '@darkroom/pipeline';
import { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import { bundleHandlerWithDefects } from '../planted-defects/bundle-handler.ts';
import type { ScenarioTestbed } from '../planted-defects/scenarios.ts';
import { Application } from '../testbed/application.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { CREDENTIALS, REGION, startMoto } from './moto-server.ts';

const GRACE_MS = 10_000;

/** Starts the function on moto, behind the fault proxy. */
export async function startFunctionOnMoto(
  pipeline: SettingsInput,
): Promise<ScenarioTestbed & { stop(): Promise<void> }> {
  const moto = await startMoto();
  const codeDirectory = await mkdtemp(path.join(tmpdir(), 'darkroom-moto-'));
  await bundleHandlerWithDefects(path.join(codeDirectory, 'index.mjs'));
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(codeDirectory, 'node_modules'));
  const { info, queueArn } = await provision(moto.endpoint, pipeline);
  const proxy = await FaultProxy.start({ next: () => undefined });
  proxy.connect(moto.endpoint, info);
  const settings = parseSettings(pipeline, 'the moto rig');
  const endpoint = proxy.endpoint('function');
  const environment = formatEnvironment(settings, transportRecipes(pipeline.recipes), {
    ...info,
    queueUrl: info.queueUrl.replace(moto.endpoint, endpoint),
    deadLetterQueueUrl: info.deadLetterQueueUrl.replace(moto.endpoint, endpoint),
  });
  const lambda = await startLambda({
    ...{ endpoint, region: REGION, credentials: CREDENTIALS, maxConcurrency: 2 },
    functions: [
      {
        ...{ name: 'resizer', arn: `arn:aws:lambda:${REGION}:123456789012:function:resizer` },
        ...{ codeDirectory, handler: 'index.handler', runtime: 'nodejs24.x', environment },
        ...{ timeoutSeconds: settings.function.timeout, memoryMiB: settings.function.memory },
      },
    ],
    mappings: [
      {
        ...{ id: 'uploads', queueUrl: info.queueUrl, queueArn, functionName: 'resizer' },
        ...{ batchSize: settings.queue.batchSize, batchWindowSeconds: 0 },
        reportBatchItemFailures: true,
      },
    ],
    onLog: () => undefined,
  });
  const application = new Application(proxy.endpoint('application'), info);
  return {
    ...{ application, info, proxy },
    stack: {
      pids: () => Promise.resolve({ stack: 0, functions: lambda.pids() }),
      killFunction() {
        const [pid] = lambda.pids();
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        return Promise.resolve(pid !== undefined);
      },
    },
    async stop() {
      application.close();
      await lambda.stop(GRACE_MS);
      await proxy.stop();
      await moto.stop();
      await rm(codeDirectory, { recursive: true, force: true });
    },
  };
}

/** Seconds. It is short because moto cannot change it later, and the message of a killed worker must be delivered again. */
const VISIBILITY_TIMEOUT = 15;

interface Provisioned {
  readonly info: StackInfo;
  readonly queueArn: string;
}

/** Creates the resources of the Pulumi program that the function needs, with a versioned source bucket. */
async function provision(endpoint: string, pipeline: SettingsInput): Promise<Provisioned> {
  const options = { endpoint, region: REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const sqs = new SQSClient(options);
  const settings = parseSettings(pipeline, 'the moto rig');
  const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const { Attributes: made } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { url: QueueUrl, arn: made?.QueueArn ?? '' };
  };
  const deadLetters = await createQueue('dead-letters');
  const { maxReceiveCount } = settings.queue;
  const queue = await createQueue('uploads', {
    VisibilityTimeout: String(VISIBILITY_TIMEOUT),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  const [sourceBucket, processedBucket] = ['moto-source', 'moto-processed'];
  for (const Bucket of [sourceBucket, processedBucket])
    await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: sourceBucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: sourceBucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          { QueueArn: queue.arn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] },
        ],
      },
    }),
  );
  s3.destroy();
  sqs.destroy();
  return {
    queueArn: queue.arn,
    info: {
      ...{ stack: 'moto', endpoint, region: REGION, sourceBucket, processedBucket },
      ...{ queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url },
      recipes: settings.recipes.map(({ name, match, variants }) => ({
        ...{ name, match },
        variants: variants.map((variant) => variant.name),
      })),
      settings: { recipes: settings.recipes, sideFiles: {} },
    },
  };
}
