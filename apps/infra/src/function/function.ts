import {
  EVENT_BUS_BYTES,
  formatEnvironment,
  RECIPES_FILE,
  transportRecipes,
  type RecipesTransport,
  type Settings,
  type SettingsInput,
} from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Buckets } from '../storage/buckets.ts';
import type { Encryption } from '../encryption.ts';
import { HANDLER } from './package.ts';
import type { Permissions } from '../permissions/function-role.ts';
import type { Queues } from '../queues.ts';
import { sideFileAssets } from './side-file-assets.ts';

/** Made before the function, which would otherwise make one that keeps its logs for ever. */
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
  /** As written: so they travel. */
  readonly recipes: SettingsInput['recipes'];
  /** Folder of the built package. */
  readonly packageDir: string;
  /** Folder of the bundled side files. */
  readonly assetsDir: string;
  readonly buckets: Buckets;
  readonly queues: Queues;
  readonly permissions: Permissions;
  readonly encryption: Encryption;
  /** ARN of the event bus that is told outcomes, where there is one. */
  readonly eventBus: pulumi.Output<string> | undefined;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** The resizer: a batch of messages in, the ids of those that failed out. */
export function createFunction(
  name: string,
  parts: FunctionParts,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const { settings, recipes, packageDir, assetsDir, permissions, encryption, logGroup } = parts;
  const transport = transportRecipes(recipes, settings.events ? EVENT_BUS_BYTES : 0);
  const { architecture, memory, timeout, ephemeralStorage, reservedConcurrency } =
    settings.function;
  return new aws.lambda.Function(
    `${name}-resizer`,
    {
      description: 'Makes the variants of uploaded images',
      role: permissions.role.arn,
      code: packageArchive(packageDir, transport, sideFileAssets(settings, assetsDir)),
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
      // Powertools writes JSON itself. Lambda's own JSON mode filters by level, metrics included.
      loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
      ...(settings.tracing && { tracingConfig: { mode: 'Active' } }),
      tags: settings.tags,
    },
    // Not callable before it may do its work: Lambda checks the role's rights on the queue when the trigger is made.
    { ...opts, dependsOn: permissions.policy },
  );
}

function environment(
  transport: RecipesTransport,
  { settings, buckets, queues, eventBus }: FunctionParts,
): pulumi.Output<Record<string, string>> {
  return pulumi
    .output({
      sourceBucket: buckets.source.bucket,
      processedBucket: buckets.processed.bucket,
      queueUrl: queues.queue.url,
      deadLetterQueueUrl: queues.deadLetters.url,
      ...(eventBus && { eventBus }),
    })
    .apply((names) => formatEnvironment(settings, transport, names));
}

/** Recipes that do not fit into the environment travel beside the handler, as do the side files that they name. */
function packageArchive(
  packageDir: string,
  { file }: RecipesTransport,
  sideFiles: pulumi.asset.AssetMap,
): pulumi.asset.Archive {
  const built = new pulumi.asset.FileArchive(packageDir);
  const beside: pulumi.asset.AssetMap = {
    ...(file !== undefined && { [RECIPES_FILE]: new pulumi.asset.StringAsset(file) }),
    ...sideFiles,
  };
  return Object.keys(beside).length === 0
    ? built
    : new pulumi.asset.AssetArchive({ '.': built, ...beside });
}
