import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { SettingsInput } from '@darkroom/pipeline';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { Client } from '../testing/client.ts';
import { createWorkspace } from '../testing/workspace.ts';
import { State } from '@darkroom/local-pulumi';
import { startLocalStack } from '@darkroom/local';
import { Graph } from './graph.ts';
import type { RecordedCall } from './recorded-call.ts';
import { startRecordingProxy } from './recording-proxy.ts';

const GRACE_MS = 10_000;
/** Of the SDK's clients (apps/resizer/src/clients.ts). */
const ATTEMPTS = 3;
/** Key of an output that the proxy refuses at first. Its message must be received again. */
const STUMBLING = /stumbling\.jpg\/same\./;
/** Lines of the function's log in the message of a failure. */
const LINES = 20;

export interface Recording {
  readonly graph: Graph;
  readonly calls: readonly RecordedCall[];
}

/**
 * Deploys the program with these settings, runs `use`, and returns the calls of the function to AWS. If the settings name
 * a source bucket, it is created first.
 */
export async function record(
  pipeline: SettingsInput,
  use: (client: Client) => Promise<void>,
): Promise<Recording> {
  const workspace = await createWorkspace();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-permissions-'));
  const proxy = await startRecordingProxy(atFirst(STUMBLING));
  const log: string[] = [];
  try {
    await workspace.writeStack('permissions', pipeline);
    const existing = pipeline.source?.bucket;
    if (existing !== undefined) await createBucket(dataDir, existing);
    const local = await startLocalStack(
      {
        workspace: workspace.directory,
        stack: 'permissions',
        dataDir,
        port: 0,
        awsPort: 0,
        strict: true,
      },
      {
        onFunctionLog: (line) => log.push(line),
        adjustLambda(options) {
          proxy.connect(options.endpoint);
          const move = (value: string) => value.replaceAll(options.endpoint, proxy.endpoint);
          const functions = options.functions.map((spec) => ({
            ...spec,
            environment: Object.fromEntries(
              Object.entries(spec.environment).map(([name, value]) => [name, move(value)]),
            ),
          }));
          return { ...options, endpoint: proxy.endpoint, functions };
        },
      },
    );
    const client = await Client.connect(local.url);
    try {
      await use(client);
      await client.untilIdle();
    } finally {
      client.close();
      await local.stop(GRACE_MS);
    }
    const { endpoint } = local.info;
    const state = await State.open({
      dataDir,
      project: 'darkroom',
      stack: 'permissions',
      endpoint,
    });
    return { graph: new Graph(state.resources()), calls: proxy.calls };
  } catch (error) {
    throw new Error(
      `The pipeline did not do what is asked of it:\n${log.slice(-LINES).join('\n')}`,
      {
        cause: error,
      },
    );
  } finally {
    await proxy.stop();
    await workspace.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Refuses a request as often as the SDK itself tries it. */
function atFirst(what: RegExp) {
  let times = 0;
  return ({ method, url }: { readonly method: string; readonly url: string }) =>
    method === 'PUT' && what.test(url) && times++ < ATTEMPTS;
}

async function createBucket(dataDir: string, Bucket: string): Promise<void> {
  const aws = await startEmbeddedAws({ port: 0, dataDir });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const { endpoint } = aws;
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  s3.destroy();
  await aws.stop();
}
