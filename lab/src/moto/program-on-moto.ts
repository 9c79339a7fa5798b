import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SettingsInput } from '@darkroom/pipeline';
import { startApi, type StackInfo } from '@darkroom/console-api';
import { Client } from '../testing/client.ts';
import { createWorkspace } from '../testing/workspace.ts';
import { deploy, type DeploymentResult, handlers, lambdaSpecs } from '@darkroom/local-pulumi';
import { startLambda } from '@darkroom/local-lambda';
import { CREDENTIALS, REGION, startMoto } from './moto-server.ts';

const GRACE_MS = 10_000;
/** moto's own. */
const ACCOUNT_ID = '123456789012';
const STACK = 'moto';

/** The whole program and the packaged function on moto. */
export interface DeployedProgram {
  readonly client: Client;
  /** Policies of the buckets, as moto stored them. */
  readonly bucketPolicies: readonly string[];
  stop(): Promise<void>;
}

/** Creates the resources of the Pulumi program on moto, with the engine and handlers of the local stack. */
export async function deployProgram(pipeline: SettingsInput): Promise<DeployedProgram> {
  const started: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const workspace = await createWorkspace();
    started.push(() => workspace.remove());
    await workspace.writeStack(STACK, pipeline);
    const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-moto-'));
    started.push(() => rm(dataDir, { recursive: true, force: true }));
    const moto = await startMoto();
    started.push(() => moto.stop());
    const { endpoint } = moto;

    const options = { endpoint, region: REGION, credentials: CREDENTIALS };
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    const sqs = new SQSClient(options);
    started.push(() => Promise.resolve([s3, sqs].forEach((one) => one.destroy())));
    const deployment = await deploy({
      entry: path.join(workspace.directory, 'apps/infra/src/program.ts'),
      ...{ projectDir: workspace.directory, stack: STACK, dataDir, handlers },
      unknownTypes: 'reject',
      config: { 'darkroom:packageTarget': 'host' },
      context: { s3, sqs, endpoint, region: REGION, accountId: ACCOUNT_ID, dataDir },
    });
    const bucketPolicies = await takePolicies(s3, deployment.resources);
    const lambda = await startLambda({
      ...lambdaSpecs(deployment.resources, dataDir),
      ...options,
      maxConcurrency: 2,
      onLog: () => undefined,
    });
    started.push(() => lambda.stop(GRACE_MS));

    const info: StackInfo = {
      ...(deployment.outputs as unknown as StackInfo),
      ...{ stack: STACK, endpoint, region: REGION },
      recipes: pipeline.recipes.map(({ name, match, variants }) => ({
        ...{ name, match: { prefix: match?.prefix ?? '' } },
        variants: variants.map((variant) => variant.name),
      })),
    };
    const api = await startApi({
      ...{ port: 0, host: '127.0.0.1', stack: () => info },
      consoleDir: path.join(workspace.directory, 'apps/console/dist'),
    });
    started.push(() => api.stop());
    const client = await Client.connect(api.url);
    started.push(() => Promise.resolve(client.close()));
    return { client, bucketPolicies, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reads and deletes the policies. moto ignores conditions, so the denial of plain HTTP would deny everything. */
async function takePolicies(
  s3: S3Client,
  resources: DeploymentResult['resources'],
): Promise<string[]> {
  const policies: string[] = [];
  for (const { id: Bucket } of resources.filter(({ type }) => type === 'aws:s3/bucket:Bucket')) {
    const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    policies.push(Policy);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  }
  return policies;
}
