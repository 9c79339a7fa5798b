import { availableParallelism } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { parseMessage } from '@darkroom/events';
import {
  type EmbeddedAws,
  type EventEntry,
  NOT_EMULATED,
  startEmbeddedAws,
} from '@darkroom/embedded-aws';
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
  parametersOf,
  type LambdaSpecs,
  type DeploymentEvent,
  type DeploymentResult,
} from '@darkroom/local-pulumi';
import { outcomeEventSchema, SIDE_FILES_FOLDER } from '@darkroom/pipeline';
import * as z from 'zod';
import {
  type Activity,
  type ConsolePipeline,
  OutcomeStream,
  type StackChange,
  startApi,
  type StackInfo,
  UploadIndex,
} from '@darkroom/console-api';
import { CREDENTIALS, writeEnvFile } from './env-file.ts';
import { RecentOutcomes } from './recent-outcomes.ts';
import type { LocalOptions } from './options.ts';
import { noticeChange } from './notice-change.ts';
import { recover, type Recovery } from './recover.ts';
import {
  describeDifference,
  prefixWarnings,
  readStackFile,
  recipeInfo,
  type StackFile,
  stackFileOf,
  watchFile,
} from './stack-file.ts';

const ACCOUNT_ID = '000000000000';

/** The program's outputs that the local stack needs. */
const outputsSchema = z.object({
  sourceBucket: z.string(),
  processedBucket: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  settings: z.json(),
});
type Outputs = z.output<typeof outputsSchema>;

/** For running invocations when a changed function replaces them, milliseconds. */
const GRACE_MS = 10_000;

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
  /** A saved stack file is being applied, has been applied, or is wrong. Default: the file is not watched. */
  readonly onChange?: (change: StackChange) => void;
  /** An upload arrives that no recipe matches. */
  readonly onUnmatched?: (key: string, recipes: StackInfo['recipes']) => void;
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
      change?: StackChange;
      parameters?: ReadonlyMap<string, string>;
    } = {};
    const outcomes = new OutcomeStream();
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
      outcomes,
    }).catch(PortTakenError.from('DARKROOM_PORT', options.port));
    started.push(() => api.stop());

    const aws = await startEmbeddedAws({
      ...{ port: options.awsPort, dataDir },
      // The console uploads from its own origin. For other pages the stack's CORS settings decide, as on AWS.
      trustedOrigins: [api.url, api.url.replace('127.0.0.1', 'localhost')],
      onObjectChange: (bucket, key) => {
        if (ready.pipeline) noticeChange(ready.pipeline, bucket, key);
      },
      parameter: (name) => ready.parameters?.get(name),
      onEvent: (entry) => sendOutcome(entry, outcomes),
    }).catch(PortTakenError.from('DARKROOM_AWS_PORT', options.awsPort));
    started.push(() => aws.stop());
    ready.aws = aws;

    const assetsDir = path.join(workspace, SIDE_FILES_FOLDER);
    // Keys of Darkroom's configuration begin so, in a project of any name.
    const project = packed && 'darkroom';
    const place = { workspace, stack, project, webhook: options.webhook };
    let file = await readStackFile(place, assetsDir);
    const { region } = file;
    const client = { endpoint: aws.endpoint, region, credentials: CREDENTIALS };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const sqs = new SQSClient(client);
    const packageDir = await packed?.functionPackage(dataDir);
    /** Compares the program with the state, and changes what differs. */
    const deployFile = async ({ settings, config }: StackFile) => {
      for (const message of prefixWarnings(settings))
        events.onDeployment?.({ kind: 'warning', message });
      const deployment = await deploy({
        entry: packed?.program ?? path.join(workspace, 'apps/infra/src/program.ts'),
        sdk: packed?.sdk,
        projectDir: workspace,
        ...{ project, stack },
        config: {
          // The function runs on this machine's processor, whichever the stack names.
          'darkroom:packageTarget': 'host',
          'darkroom:assetsDir': assetsDir,
          'darkroom:pipeline': config['darkroom:pipeline'] ?? '{}',
          ...(packageDir !== undefined && { 'darkroom:packageDir': packageDir }),
        },
        dataDir,
        handlers,
        unknownTypes: options.strict ? 'reject' : 'accept',
        context: { s3, sqs, endpoint: aws.endpoint, region, accountId: ACCOUNT_ID, dataDir },
        ...(events.onDeployment && { onEvent: events.onDeployment }),
      });
      ready.parameters = parametersOf(deployment.resources);
      return { deployment, outputs: outputsSchema.parse(deployment.outputs) };
    };
    const recoverBy = ({ settings, configured }: StackFile, outputs: Outputs) =>
      recover({ s3, sqs, ...outputs, settings, dataDir, stack, configured });
    const lambdaOptions = (specs: LambdaSpecs): LambdaOptions => {
      const given = {
        ...specs,
        endpoint: aws.endpoint,
        region,
        credentials: CREDENTIALS,
        maxConcurrency: availableParallelism(),
        onLog: (line: string, origin: Parameters<FunctionLog>[1]) => {
          recent.add(line);
          events.onFunctionLog?.(line, origin);
        },
        onWork: (bodies: readonly string[], isWorking: boolean) => {
          for (const key of bodies.flatMap(keysOf)) index.processing(key, isWorking);
        },
      };
      return events.adjustLambda?.(given) ?? given;
    };
    const show = ({ settings }: StackFile, outputs: Outputs) => {
      const info = { stack, endpoint: aws.endpoint, region, ...outputs };
      ready.info = { ...info, recipes: recipeInfo(settings) };
      ready.pipeline = {
        ...{ ...outputs, name: stack, s3, sqs, settings, index },
        events: (key: string) => Promise.resolve(recent.eventsOf(key)),
        history: () => recent.history(Date.now()),
        change: () => ready.change,
        stackFile: stackFileOf(place),
        sideFiles: assetsDir,
        written: outputs.settings,
      };
      return ready.info;
    };

    const { deployment, outputs } = await deployFile(file);
    const recovery = await recoverBy(file, outputs);
    const index = new UploadIndex({
      ...{ ...outputs, s3, settings: file.settings },
      onUnmatched: (key) => events.onUnmatched?.(key, ready.info?.recipes ?? []),
    });
    started.push(() => Promise.resolve(index.stop()));
    let specs = lambdaSpecs(deployment.resources, dataDir);
    let lambda = await startLambda(lambdaOptions(specs));
    ready.lambda = lambda;
    const info = show(file, outputs);
    // It fails only if the stack stops meanwhile.
    index.refresh().catch(() => undefined);
    await writeEnvFile(dataDir, info, api.url);

    const tell = (status: StackChange['status'], message: string, at: number) => {
      ready.change = { at, status, message };
      events.onChange?.(ready.change);
    };
    /** Applies a saved stack file. With a wrong one, everything stays as it is. */
    const applySaved = async () => {
      const at = Date.now();
      try {
        const saved = await readStackFile(place, assetsDir);
        const plan = describeDifference(file, saved);
        // The file has the applied settings again after a wrong save: that ends the message.
        if (plan === '' && ready.change?.status !== 'failed') return;
        tell('applying', plan || 'the earlier settings', at);
        const { deployment, outputs } = await deployFile(saved);
        const next = lambdaSpecs(deployment.resources, dataDir);
        if (!isDeepStrictEqual(next, specs)) {
          await lambda.stop(GRACE_MS);
          lambda = await startLambda(lambdaOptions(next));
          ready.lambda = lambda;
          specs = next;
        }
        file = saved;
        show(file, outputs);
        index.useSettings(file.settings);
        const { recovered } = await recoverBy(file, outputs);
        const { created, updated, replaced, deleted } = deployment.changes;
        const changed = created + updated + replaced + deleted;
        tell(
          'applied',
          `${plan || 'the earlier settings'}: ${plural(changed, 'resource')} changed, ${plural(recovered, 'upload')} to process again`,
          at,
        );
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        tell('failed', `${message}\nThe earlier recipes stay in use.`, at);
      }
    };
    const stopWatching = events.onChange && watchFile(stackFileOf(place), applySaved);
    return {
      info,
      url: api.url,
      changes: deployment.changes,
      notEmulated: describeNotEmulated(deployment),
      unknownTypes: deployment.unknownTypes,
      ...recovery,
      get lambda() {
        return lambda;
      },
      async stop(graceMs) {
        await stopWatching?.();
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

function sendOutcome({ Source, DetailType, Detail, Resources }: EventEntry, to: OutcomeStream) {
  const { success, data } = outcomeEventSchema.safeParse({
    source: Source,
    'detail-type': DetailType,
    resources: Resources,
    detail: JSON.parse(Detail ?? 'null') as unknown,
  });
  // Another program on this machine may send events of its own.
  if (success) to.send(data);
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
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

function describeNotEmulated({ notEmulated }: DeploymentResult): string[] {
  return [
    ...notEmulated.map(
      ({ type, property, why }) =>
        `${type}${property === undefined ? '' : `, ${property}`}: ${why}`,
    ),
    ...NOT_EMULATED.map(({ what, why }) => `${what}: ${why}`),
  ];
}
