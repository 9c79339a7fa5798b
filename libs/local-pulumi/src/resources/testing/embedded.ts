import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { run, type Program } from '../../engine/testing/run.ts';
import type { AwsContext } from '../aws.ts';
import { handlers } from '../handlers.ts';

/** Clients of an embedded AWS that call `onChange` after every command that may change something. */
export function connect(endpoint: string, dataDir: string, onChange: (command: string) => void) {
  const region = 'us-east-1';
  const client = {
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  for (const { middlewareStack } of [s3, sqs] as {
    middlewareStack: S3Client['middlewareStack'];
  }[]) {
    middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const answer = await next(args);
          if (!/^(Get|Head|List)/.test(commandName)) onChange(commandName);
          return answer;
        },
      { step: 'initialize' },
    );
  }
  const context: AwsContext = {
    ...{ s3, sqs, endpoint, region, dataDir },
    accountId: '000000000000',
  };
  return { context, s3, sqs };
}

/** An embedded AWS on a free port, with everything that a handler needs. */
export async function startCloud() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'resources-'));
  const aws = await startEmbeddedAws({ port: 0 });
  const calls: string[] = [];
  const { context, s3, sqs } = connect(aws.endpoint, dataDir, (command) => calls.push(command));
  return {
    context,
    s3,
    sqs,
    dataDir,
    deploy: (program: Program, unknownTypes: 'accept' | 'reject' = 'reject') =>
      run(handlers, context, dataDir, program, unknownTypes),
    /** The commands since the last time, without those that only read. */
    takeCalls: () => calls.splice(0),
    async stop() {
      s3.destroy();
      sqs.destroy();
      await aws.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

/** The error of a deployment that is to fail. */
export function failureOf(deployment: Promise<unknown>): Promise<unknown> {
  return deployment.then(
    () => {
      throw new Error('the deployment succeeded');
    },
    (error: unknown) => error,
  );
}

export { deployBy } from '../../engine/deploy.ts';
export { runByLanguageHost } from '../../engine/testing/language-host.ts';
