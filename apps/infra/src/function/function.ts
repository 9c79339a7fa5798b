import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import {
  formatEnvironment,
  packageParts,
  pinSideFiles,
  RECIPES_FILE,
  type RecipesTransport,
  type Settings,
  type SettingsInput,
  SIDE_FILES_FOLDER,
  SideFileError,
  sideFilesFrom,
  TRANSFORMS_FILE,
  transportRecipes,
} from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import type { Permissions } from '../permissions/function-role.ts';
import type { Queues } from '../queues.ts';
import type { Buckets } from '../storage/buckets.ts';
import type { Webhook } from '../webhook.ts';
import { HANDLER } from './package.ts';

/** Exists before the function. Lambda would create a log group that never expires logs. */
export function createLogGroup(
  name: string,
  { settings: { logs, tags }, encryption }: { settings: Settings; encryption: Encryption },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    {
      retentionInDays: logs.retentionDays,
      ...(encryption.keyArn && { kmsKeyId: encryption.keyArn }),
      tags,
    },
    opts,
  );
}

export interface FunctionParts {
  readonly settings: Settings;
  /** As written in the settings, without defaults. */
  readonly recipes: SettingsInput['recipes'];
  /** Folder of the built package. */
  readonly packageDir: string;
  /** Folder of the bundled side files. */
  readonly assetsDir: string;
  /** Content of `TRANSFORMS_FILE`, if the pipeline has own transforms. */
  readonly ownTransforms: string | undefined;
  readonly buckets: Buckets;
  readonly queues: Queues;
  readonly permissions: Permissions;
  readonly encryption: Encryption;
  /** ARN of the event bus that receives outcome events, if any. */
  readonly eventBus: pulumi.Output<string> | undefined;
  readonly webhook: Webhook | undefined;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** The resizer: receives a batch of messages, returns the ids of the failed ones. */
export function createFunction(
  name: string,
  parts: FunctionParts,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const { settings, recipes, assetsDir, permissions, encryption, logGroup } = parts;
  const transport = transportRecipes(recipes, settings);
  const { architecture, memory, timeout, ephemeralStorage, reservedConcurrency, vpc } =
    settings.function;
  return new aws.lambda.Function(
    `${name}-resizer`,
    {
      description: 'Makes the variants of uploaded images',
      role: permissions.role.arn,
      code: packageArchive(parts, transport, sideFileAssets(settings, assetsDir)),
      handler: HANDLER,
      runtime: 'nodejs24.x',
      architectures: [architecture],
      memorySize: memory,
      timeout,
      ephemeralStorage: { size: ephemeralStorage },
      ...(reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: reservedConcurrency,
      }),
      environment: { variables: environment(transport, parts) },
      ...(encryption.keyArn && { kmsKeyArn: encryption.keyArn }),
      // Powertools writes JSON itself. The JSON mode of Lambda filters by level, including metrics.
      loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
      ...(vpc && { vpcConfig: vpc }),
      ...(settings.tracing && { tracingConfig: { mode: 'Active' } }),
      tags: settings.tags,
    },
    // The policy comes first: Lambda checks the role's permissions on the queue when it creates the trigger.
    { ...opts, dependsOn: permissions.policy },
  );
}

function environment(
  transport: RecipesTransport,
  { settings, buckets, queues, eventBus, webhook }: FunctionParts,
): pulumi.Output<Record<string, string>> {
  return pulumi
    .output({
      sourceBucket: buckets.source.bucket,
      processedBucket: buckets.processed.bucket,
      queueUrl: queues.queue.url,
      deadLetterQueueUrl: queues.deadLetters.url,
      ...(eventBus && { eventBus }),
      ...(webhook && { webhookQueueUrl: webhook.queue.url }),
    })
    .apply((names) => formatEnvironment(settings, transport, names));
}

/** The package also contains recipes that do not fit into the environment, own transforms, decoders, and side files. */
function packageArchive(
  { packageDir, ownTransforms, settings }: FunctionParts,
  { file }: RecipesTransport,
  sideFiles: pulumi.asset.AssetMap,
): pulumi.asset.Archive {
  const built = new pulumi.asset.FileArchive(packageDir);
  const files: pulumi.asset.AssetMap = {
    ...(file !== undefined && { [RECIPES_FILE]: new pulumi.asset.StringAsset(file) }),
    ...(ownTransforms !== undefined && {
      [TRANSFORMS_FILE]: new pulumi.asset.StringAsset(ownTransforms),
    }),
    ...partAssets(packageDir, settings),
    ...sideFiles,
  };
  return Object.keys(files).length === 0
    ? built
    : new pulumi.asset.AssetArchive({ '.': built, ...files });
}

/**
 * The files of the decoders that the recipes need, and of what writes PDF files. The build keeps them in a folder of its
 * own, next to the package.
 */
function partAssets(packageDir: string, { recipes }: Settings): pulumi.asset.AssetMap {
  return Object.fromEntries(
    packageParts(recipes).flatMap((name) => {
      const folder = path.join(`${packageDir}-decoders`, name);
      // The package of the command line contains all decoders.
      if (!existsSync(folder)) return [];
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => {
          const file = path.join(entry.parentPath, entry.name);
          const place = path.relative(folder, file).replaceAll(path.sep, '/');
          return [place, new pulumi.asset.FileAsset(file)] as const;
        });
    }),
  );
}

/**
 * The bundled files that the recipes read, for the function's package.
 *
 * @param assetsDir folder of these files
 * @throws pulumi.RunError that names the recipe if a file is missing
 */
export function sideFileAssets({ recipes }: Settings, assetsDir: string): pulumi.asset.AssetMap {
  try {
    pinSideFiles(recipes, assetsDir);
  } catch (error) {
    if (error instanceof SideFileError) throw new pulumi.RunError(error.message, { cause: error });
    throw error;
  }
  return Object.fromEntries(
    sideFilesFrom('bundle', recipes).map((file) => [
      `${SIDE_FILES_FOLDER}/${file}`,
      new pulumi.asset.FileAsset(path.join(assetsDir, file)),
    ]),
  );
}

/** Lambda polls the queue and calls the function with batches. Only the failed messages return to the queue. */
export function createTrigger(
  name: string,
  {
    queue,
    handler,
    settings,
  }: { queue: aws.sqs.Queue; handler: aws.lambda.Function; settings: Settings },
  opts: pulumi.CustomResourceOptions,
): aws.lambda.EventSourceMapping {
  return new aws.lambda.EventSourceMapping(
    `${name}-trigger`,
    {
      eventSourceArn: queue.arn,
      functionName: handler.arn,
      batchSize: settings.queue.batchSize,
      maximumBatchingWindowInSeconds: settings.queue.batchWindow,
      scalingConfig: { maximumConcurrency: settings.queue.maximumConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
      tags: settings.tags,
    },
    opts,
  );
}
