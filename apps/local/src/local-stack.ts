import { availableParallelism } from 'node:os';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { parseSettings, pinSideFiles, SIDE_FILES_FOLDER, type Settings } from '@darkroom/pipeline';
import * as z from 'zod';
import { startApi, type StackInfo } from './api/index.ts';
import { NOT_EMULATED, startEmbeddedAws } from '@darkroom/embedded-aws';
import {
  deploy,
  readStackConfig,
  type DeploymentEvent,
  type DeploymentResult,
} from '@darkroom/local-pulumi';
import {
  startLambda,
  type FunctionLog,
  type LambdaOptions,
  type LocalLambda,
} from '@darkroom/local-lambda';
import type { LocalOptions } from './options.ts';
import { PortTakenError } from './port-taken.ts';
import { recover } from './recover.ts';
import { handlers, lambdaSpecs } from '@darkroom/local-pulumi';

const ACCOUNT_ID = '000000000000';
/** The embedded AWS takes any. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The program's outputs that the local run builds on. */
const outputsSchema = z.object({
  sourceBucket: z.string(),
  processedBucket: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
});

export interface LocalEvents {
  readonly onDeployment?: (event: DeploymentEvent) => void;
  readonly onFunctionLog?: FunctionLog;
  /** What stands between the function and its AWS (`chaos/`): changes how the function is run. */
  readonly adjustLambda?: (options: LambdaOptions) => LambdaOptions;
}

export interface LocalStack {
  readonly info: StackInfo;
  /** Of the console. */
  readonly url: string;
  readonly changes: DeploymentResult['changes'];
  /** What the program says, or AWS does, and this machine does not. */
  readonly notEmulated: readonly string[];
  /** Keys that were notified again, since their outputs did not agree with them. */
  readonly recovered: number;
  readonly lambda: LocalLambda;
  /** Lets running invocations finish for up to `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Runs the whole pipeline on this machine: the Pulumi program's stack on the embedded S3 and SQS, the built function,
 * the console. A later start on the same data directory goes on where this one stopped.
 *
 * @throws PortTakenError, DeploymentError, SettingsError, SideFileError or DataDirectoryInUseError; nothing is left
 * running then
 */
export async function startLocalStack(
  options: LocalOptions,
  events: LocalEvents = {},
): Promise<LocalStack> {
  const { workspace, stack, dataDir } = options;
  const started: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    const ready: { info?: StackInfo } = {};
    const api = await startApi({
      port: options.port,
      host: '127.0.0.1',
      consoleDir: path.join(workspace, 'apps/console/dist'),
      stack: () => ready.info,
    }).catch(PortTakenError.from('DARKROOM_PORT', options.port));
    started.push(() => api.stop());

    const aws = await startEmbeddedAws({ port: options.awsPort, dataDir }).catch(
      PortTakenError.from('DARKROOM_AWS_PORT', options.awsPort),
    );
    started.push(() => aws.stop());

    const assetsDir = path.join(workspace, SIDE_FILES_FOLDER);
    const { project, region, settings } = await readSettings(workspace, stack, assetsDir);
    const client = { endpoint: aws.endpoint, region, credentials: CREDENTIALS };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const sqs = new SQSClient(client);
    const deployment = await deploy({
      entry: path.join(workspace, 'apps/infra/src/program.ts'),
      projectDir: workspace,
      stack,
      // The function runs here, whatever its processor is in the cloud.
      config: { [`${project}:packageTarget`]: 'host', [`${project}:assetsDir`]: assetsDir },
      dataDir,
      handlers,
      context: { s3, sqs, endpoint: aws.endpoint, region, accountId: ACCOUNT_ID, dataDir },
      ...(events.onDeployment && { onEvent: events.onDeployment }),
    });
    const outputs = outputsSchema.parse(deployment.outputs);

    const recovered = await recover({ s3, sqs, ...outputs, settings });
    const lambdaOptions: LambdaOptions = {
      ...lambdaSpecs(deployment.resources, dataDir),
      endpoint: aws.endpoint,
      region,
      credentials: CREDENTIALS,
      maxConcurrency: availableParallelism(),
      onLog: events.onFunctionLog ?? (() => undefined),
    };
    const lambda = await startLambda(events.adjustLambda?.(lambdaOptions) ?? lambdaOptions);
    const info = {
      stack,
      endpoint: aws.endpoint,
      region,
      ...outputs,
      recipes: recipeInfo(settings),
    };
    ready.info = info;
    return {
      info,
      url: api.url,
      changes: deployment.changes,
      notEmulated: describeNotEmulated(deployment),
      recovered,
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

async function readSettings(
  workspace: string,
  stack: string,
  assetsDir: string,
): Promise<{ project: string; region: string; settings: Settings }> {
  const { project, config } = await readStackConfig(workspace, stack);
  const text = config[`${project}:pipeline`];
  const settings = parseSettings(parseValue(text), `Pulumi.${stack}.yaml, ${project}:pipeline`);
  const recipes = pinSideFiles(settings.recipes, assetsDir);
  return {
    project,
    region: config['aws:region'] ?? 'us-east-1',
    settings: { ...settings, recipes },
  };
}

/** Pulumi keeps objects as JSON; anything else is no settings, and the schema says so. */
function parseValue(text = '{}'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
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
