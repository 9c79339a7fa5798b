import {
  formatEnvironment,
  RECIPES_FILE,
  transportRecipes,
  type RecipesTransport,
  type Settings,
  type SettingsInput,
} from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Buckets } from './buckets.ts';
import { HANDLER } from './package.ts';
import type { Permissions } from './permissions.ts';
import type { Queues } from './queues.ts';

/** Made before the function, which would otherwise make one that keeps its logs for ever. */
export function createLogGroup(
  name: string,
  { logs, tags }: Settings,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { retentionInDays: logs.retentionDays, tags },
    opts,
  );
}

export interface FunctionParts {
  readonly settings: Settings;
  /** As written: so they travel. */
  readonly recipes: SettingsInput['recipes'];
  /** Folder of the built package. */
  readonly packageDir: string;
  readonly buckets: Buckets;
  readonly queues: Queues;
  readonly permissions: Permissions;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** The resizer: a batch of messages in, the ids of those that failed out. */
export function createFunction(
  name: string,
  { settings, recipes, packageDir, buckets, queues, permissions, logGroup }: FunctionParts,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const transport = transportRecipes(recipes);
  const { architecture, memory, timeout, ephemeralStorage, reservedConcurrency } =
    settings.function;
  return new aws.lambda.Function(
    `${name}-resizer`,
    {
      description: 'Makes the variants of uploaded images',
      role: permissions.role.arn,
      code: packageArchive(packageDir, transport),
      handler: HANDLER,
      runtime: 'nodejs24.x',
      architectures: [architecture],
      memorySize: memory,
      timeout,
      ephemeralStorage: { size: ephemeralStorage },
      ...(reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: reservedConcurrency,
      }),
      environment: { variables: environment(settings, transport, buckets, queues) },
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
  settings: Settings,
  transport: RecipesTransport,
  buckets: Buckets,
  queues: Queues,
): pulumi.Output<Record<string, string>> {
  return pulumi
    .output({
      sourceBucket: buckets.source.bucket,
      processedBucket: buckets.processed.bucket,
      deadLetterQueueUrl: queues.deadLetters.url,
    })
    .apply((names) => formatEnvironment(settings, transport, names));
}

/** Recipes that do not fit into the environment travel beside the handler. */
function packageArchive(packageDir: string, { file }: RecipesTransport): pulumi.asset.Archive {
  const built = new pulumi.asset.FileArchive(packageDir);
  if (file === undefined) return built;
  return new pulumi.asset.AssetArchive({
    '.': built,
    [RECIPES_FILE]: new pulumi.asset.StringAsset(file),
  });
}
