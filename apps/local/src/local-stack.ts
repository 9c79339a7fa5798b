import { availableParallelism } from 'node:os';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { parseMessage } from '@darkroom/events';
import { type EmbeddedAws, NOT_EMULATED, startEmbeddedAws } from '@darkroom/embedded-aws';
import {
  startLambda,
  type FunctionLog,
  type LambdaOptions,
  type LocalLambda,
} from '@darkroom/local-lambda';
import {
  deploy,
  handlers,
  lambdaSpecs,
  readStackConfig,
  type DeploymentEvent,
  type DeploymentResult,
} from '@darkroom/local-pulumi';
import { parseSettings, pinSideFiles, SIDE_FILES_FOLDER, type Settings } from '@darkroom/pipeline';
import * as z from 'zod';
import {
  type Activity,
  type ConsolePipeline,
  startApi,
  type StackInfo,
  UploadIndex,
} from '@darkroom/console-api';
import { CREDENTIALS, writeEnvFile } from './env-file.ts';
import { RecentOutcomes } from './recent-outcomes.ts';
import type { LocalOptions } from './options.ts';
import { noticeChange } from './notice-change.ts';
import { recover, type Recovery } from './recover.ts';

const ACCOUNT_ID = '000000000000';

/** The program's outputs that the local stack needs. */
const outputsSchema = z.object({
  sourceBucket: z.string(),
  processedBucket: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  settings: z.json(),
});

/** Another program listens on the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly code = 'PORT_TAKEN';

  /** For `catch`: the message names the variable that chooses another port. */
  static from(variable: string, port: number) {
    return (error: unknown): never => {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
        throw new PortTakenError(
          `Port ${port} is taken: stop what listens there, or choose another with ${variable}`,
          { cause: error },
        );
      throw error;
    };
  }
}

export interface LocalEvents {
  readonly onDeployment?: (event: DeploymentEvent) => void;
  readonly onFunctionLog?: FunctionLog;
  /** Changes how the function runs, for example to put a fault proxy between it and its AWS. */
  readonly adjustLambda?: (options: LambdaOptions) => LambdaOptions;
}

export interface LocalStack extends Recovery {
  readonly info: StackInfo;
  /** URL of the console. */
  readonly url: string;
  readonly changes: DeploymentResult['changes'];
  /** What AWS or the program does and this machine does not, one line each. */
  readonly notEmulated: readonly string[];
  /** Resource types and functions of the program that this machine does not emulate. */
  readonly unknownTypes: readonly string[];
  readonly lambda: LocalLambda;
  /** Waits for running invocations, at most `graceMs` milliseconds. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Runs the whole pipeline on this machine: the Pulumi program's stack on the embedded S3 and SQS, the built function
 * and the console. A later start with the same data directory continues where this one stopped.
 *
 * @throws PortTakenError, DeploymentError, SettingsError, SideFileError or DataDirectoryInUseError, after everything
 *   that had started is stopped
 */
export async function startLocalStack(
  options: LocalOptions,
  events: LocalEvents = {},
): Promise<LocalStack> {
  const { workspace, stack, dataDir, packed } = options;
  const started: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    const ready: {
      info?: StackInfo;
      aws?: EmbeddedAws;
      lambda?: LocalLambda;
      pipeline?: ConsolePipeline;
    } = {};
    const recent = new RecentOutcomes();
    const activity = (minutes: number, key: string | undefined): Activity => ({
      ...recent.since(Date.now() - minutes * 60_000, key),
      running:
        ready.lambda?.stats().reduce((sum, { batchesInFlight }) => sum + batchesInFlight, 0) ?? 0,
      oldestMessage: ready.aws?.oldestMessage(ready.info?.queueUrl ?? '') ?? null,
    });
    const api = await startApi({
      port: options.port,
      host: '127.0.0.1',
      consoleDir: packed?.consoleDir ?? path.join(workspace, 'apps/console/dist'),
      stack: () => ready.info,
      pipeline: () => ready.pipeline,
      activity,
    }).catch(PortTakenError.from('DARKROOM_PORT', options.port));
    started.push(() => api.stop());

    const aws = await startEmbeddedAws({
      ...{ port: options.awsPort, dataDir },
      // The console uploads from its own origin. For other pages the stack's CORS settings decide, as on AWS.
      trustedOrigins: [api.url, api.url.replace('127.0.0.1', 'localhost')],
      onObjectChange: (bucket, key) => {
        if (ready.pipeline) noticeChange(ready.pipeline, bucket, key);
      },
    }).catch(PortTakenError.from('DARKROOM_AWS_PORT', options.awsPort));
    started.push(() => aws.stop());
    ready.aws = aws;

    const assetsDir = path.join(workspace, SIDE_FILES_FOLDER);
    // Keys of Darkroom's configuration begin so, in a project of any name.
    const project = packed && 'darkroom';
    const file = { workspace, stack, project };
    const { region, settings, configured } = await readSettings(file, assetsDir);
    for (const message of prefixWarnings(settings))
      events.onDeployment?.({ kind: 'warning', message });
    const client = { endpoint: aws.endpoint, region, credentials: CREDENTIALS };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const sqs = new SQSClient(client);
    const deployment = await deploy({
      entry: packed?.program ?? path.join(workspace, 'apps/infra/src/program.ts'),
      sdk: packed?.sdk,
      projectDir: workspace,
      ...{ project, stack },
      config: {
        // The function runs on this machine's processor, whichever the stack names.
        'darkroom:packageTarget': 'host',
        'darkroom:assetsDir': assetsDir,
        ...(packed && { 'darkroom:packageDir': await packed.functionPackage(dataDir) }),
      },
      dataDir,
      handlers,
      unknownTypes: options.strict ? 'reject' : 'accept',
      context: { s3, sqs, endpoint: aws.endpoint, region, accountId: ACCOUNT_ID, dataDir },
      ...(events.onDeployment && { onEvent: events.onDeployment }),
    });
    const outputs = outputsSchema.parse(deployment.outputs);

    const recovery = await recover({ s3, sqs, ...outputs, settings, dataDir, stack, configured });
    const lambdaOptions: LambdaOptions = {
      ...lambdaSpecs(deployment.resources, dataDir),
      endpoint: aws.endpoint,
      region,
      credentials: CREDENTIALS,
      maxConcurrency: availableParallelism(),
      onLog: (line, origin) => {
        recent.add(line);
        events.onFunctionLog?.(line, origin);
      },
      onWork: (bodies, isWorking) => {
        for (const key of bodies.flatMap(keysOf)) pipeline.index.processing(key, isWorking);
      },
    };
    const pipeline = {
      ...{ ...outputs, name: stack, s3, sqs, settings },
      index: new UploadIndex({ ...outputs, s3, settings }),
      events: (key: string) => Promise.resolve(recent.eventsOf(key)),
      history: () => recent.history(Date.now()),
    };
    started.push(() => Promise.resolve(pipeline.index.stop()));
    const lambda = await startLambda(events.adjustLambda?.(lambdaOptions) ?? lambdaOptions);
    ready.lambda = lambda;
    const info = {
      stack,
      endpoint: aws.endpoint,
      region,
      ...outputs,
      recipes: recipeInfo(settings),
    };
    ready.info = info;
    ready.pipeline = pipeline;
    void pipeline.index.refresh();
    await writeEnvFile(dataDir, info, api.url);
    return {
      info,
      url: api.url,
      changes: deployment.changes,
      notEmulated: describeNotEmulated(deployment),
      unknownTypes: deployment.unknownTypes,
      ...recovery,
      lambda,
      async stop(graceMs) {
        await lambda.stop(graceMs);
        s3.destroy();
        sqs.destroy();
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Keys of a message; none if it is invalid. */
function keysOf(body: string): string[] {
  try {
    const message = parseMessage(body);
    return message.kind === 'changes' ? message.changes.map(({ key }) => key) : [];
  } catch {
    return [];
  }
}

async function readSettings(
  file: { workspace: string; stack: string; project: string | undefined },
  assetsDir: string,
): Promise<{ region: string; settings: Settings; configured: object }> {
  const { config } = await readStackConfig(file.workspace, file.stack, file.project);
  const value = parseValue(config['darkroom:pipeline']);
  const settings = parseSettings(value, `Pulumi.${file.stack}.yaml, darkroom:pipeline`);
  const recipes = pinSideFiles(settings.recipes, assetsDir);
  const { recipes: written, limits } = value as Partial<Settings>;
  const sideFiles = recipes.map((recipe) => recipe.sideFiles);
  return {
    region: config['aws:region'] ?? 'us-east-1',
    settings: { ...settings, recipes },
    configured: { recipes: written, limits, sideFiles },
  };
}

/** Pulumi stores objects as JSON. The settings' schema rejects other values. */
function parseValue(text = '{}'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Keys of uploads rarely begin with a slash, so such a recipe matches nothing. */
function prefixWarnings({ recipes }: Settings): string[] {
  return recipes
    .filter(({ match }) => match.prefix.startsWith('/'))
    .map(
      ({ name, match: { prefix } }) =>
        `recipe "${name}": its prefix "${prefix}" begins with a slash, and keys of uploads usually do not`,
    );
}

function recipeInfo({ recipes }: Settings): StackInfo['recipes'] {
  return recipes.map(({ name, match, variants }) => ({
    name,
    match,
    variants: variants.map((variant) => variant.name),
  }));
}

function describeNotEmulated({ notEmulated }: DeploymentResult): string[] {
  return [
    ...notEmulated.map(
      ({ type, property, why }) =>
        `${type}${property === undefined ? '' : `, ${property}`}: ${why}`,
    ),
    ...NOT_EMULATED.map(({ what, why }) => `${what}: ${why}`),
  ];
}
