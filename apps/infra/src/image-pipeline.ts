import path from 'node:path';
import {
  memoryWarning,
  parseSettings,
  pinSideFiles,
  type Settings,
  type SettingsInput,
  SIDE_FILES_FOLDER,
} from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';
import { createDelivery } from './delivery/delivery.ts';
import { createEncryption } from './encryption.ts';
import { createFunction, createLogGroup, createTrigger } from './function/function.ts';
import { bundleOwnTransforms } from './function/own-transforms.ts';
import { functionPackage } from './function/package.ts';
import { checkPipelineName, pipelineTags } from './naming.ts';
import { createEventRules } from './notifications/event-rules.ts';
import { notificationFilters, prefixesOf } from './notifications/filters.ts';
import { createNotifications } from './notifications/notifications.ts';
import { receiversWarning } from './observability/alarms.ts';
import { createObservability } from './observability/observability.ts';
import { createOutcomeBus } from './outcome-bus.ts';
import { createPermissions } from './permissions/function-role.ts';
import { createKeyPolicy } from './permissions/key-policy.ts';
import { createQueuePolicies, createQueues } from './queues.ts';
import { createBucketPolicies, createBuckets } from './storage/buckets.ts';
import { createWebhook } from './webhook.ts';

/** The settings of `darkroom:pipeline` in a stack file, and files of the program. Only `recipes` has no default. */
export type ImagePipelineArgs = SettingsInput & {
  /**
   * Folder of the function's package. It contains `index.mjs`.
   * Default: the package of this repository's `apps/resizer` for `function.architecture`. The program builds it if it
   * is missing or older than its sources.
   */
  readonly packageDir?: string;
  /**
   * Folder of the files that recipes name, such as a watermark's logo.
   * Default: `assets` in the working directory, which Pulumi sets to the folder of the program.
   */
  readonly assetsDir?: string;
  /**
   * TypeScript or JavaScript files with your own transforms, relative to the working directory. They are bundled into the
   * function's package at preview, and recipes can name what they export.
   */
  readonly transforms?: readonly string[];
};

/** The component's outputs: each is declared here, and set once, at the end of the constructor. */
export interface ImagePipelineOutputs {
  /** Name of the bucket that takes uploads. */
  readonly sourceBucket: pulumi.Output<string>;
  readonly sourceBucketArn: pulumi.Output<string>;
  /** Name of the bucket that holds variants and manifests. */
  readonly processedBucket: pulumi.Output<string>;
  readonly processedBucketArn: pulumi.Output<string>;
  readonly queueUrl: pulumi.Output<string>;
  readonly queueArn: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  /** The function's log group. It contains one line for each upload. */
  readonly logGroupName: pulumi.Output<string>;
  /** SNS topic that receives the alarms. Subscribe further receivers to it. */
  readonly alarmTopicArn: pulumi.Output<string>;
  readonly alarmNames: pulumi.Output<string[]>;
  /** URL of the CloudWatch dashboard. */
  readonly dashboardUrl: pulumi.Output<string>;
  /** Public URL of the outputs, without a slash at the end. Only with `delivery`. */
  readonly deliveryUrl?: pulumi.Output<string>;
  /** CloudFront's distribution. Only with `delivery`. */
  readonly distributionId?: pulumi.Output<string>;
  /** Event bus that receives outcome events. Only with `events`. */
  readonly eventBusArn?: pulumi.Output<string>;
  /** Queue of the events that the webhook never accepted. Only with `events.webhook`. */
  readonly webhookDeadLetterQueueArn?: pulumi.Output<string>;
  /** The settings from which the manifests' recipe hashes follow, for the command line. */
  readonly settings: pulumi.Output<DeployedSettings>;
}

/** Settings as written, without defaults, and the side files that the recipes read. */
export type DeployedSettings = Pick<SettingsInput, 'recipes' | 'limits' | 'function' | 'queue'> & {
  /** Of `delivery`, what outcome files depend on; absent without them. */
  readonly delivery?: Pick<NonNullable<SettingsInput['delivery']>, 'outcomes' | 'variants'>;
  /** SHA-256 of each bundled side file, by name. */
  readonly sideFiles: Readonly<Record<string, string>>;
};

/** Gives the class the properties of its outputs without listing them again: the constructor assigns them. */
const ComponentWithOutputs = pulumi.ComponentResource as unknown as new (
  ...args: ConstructorParameters<typeof pulumi.ComponentResource>
) => pulumi.ComponentResource & ImagePipelineOutputs;

/**
 * A pipeline that turns uploaded images into variants:
 *
 * ```text
 * source bucket ──notification──▶ queue ──trigger──▶ function ──▶ processed bucket ─ ─▶ CloudFront
 *                                   │                   │ └ ─ ─▶ event bus
 *                                   └─▶ dead letters ◀──┘ └ ─ ─▶ queue ─ ─▶ function ─ ─▶ webhook
 * ```
 *
 * @throws PipelineNameError if AWS does not accept resource names that begin with the name
 * @throws SettingsError that lists every problem of the settings
 * @throws TransformFileError if a file of `transforms` cannot be bundled, or breaks the rules of docs/contract.md
 * @throws PackageError if the function's package is missing and the build fails
 * @throws FilterError if the recipes need more notification filters than S3 allows
 */
export class ImagePipeline extends ComponentWithOutputs {
  constructor(name: string, args: ImagePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super('darkroom:index:ImagePipeline', name, {}, opts);
    checkPipelineName(name);
    const { packageDir, assetsDir, transforms = [], ...input } = args;
    const ownTransforms = bundleOwnTransforms(transforms);
    const parsed = parseSettings(input, `ImagePipeline "${name}"`);
    const settings = { ...parsed, tags: pipelineTags(name, parsed.tags) };
    for (const warning of [memoryWarning(settings), receiversWarning(settings)])
      if (warning !== undefined) void pulumi.log.warn(warning, this);
    const filters = notificationFilters(settings.recipes);
    const inside = { parent: this };

    const encryption = createEncryption(name, settings, inside);

    const buckets = createBuckets(name, { settings, encryption }, inside);
    const bucket = buckets.source;
    const queues = createQueues(name, { settings, encryption }, inside);
    const rules = createEventRules(name, { settings, filters }, inside);
    const delivery = createDelivery(name, { settings, processed: buckets.processed }, inside);

    createBucketPolicies(name, { settings, buckets, delivery }, inside);
    const queuePolicies = createQueuePolicies(name, queues, { bucket, rules }, inside);
    const keyPolicies = createKeyPolicy(
      name,
      { settings, encryption, source: bucket, rules, distribution: delivery?.distribution },
      inside,
    );
    createNotifications(
      name,
      { settings, bucket, queues, filters, rules },
      { ...inside, dependsOn: [...queuePolicies, ...keyPolicies] },
    );

    const withKey = { ...inside, dependsOn: keyPolicies };
    const eventBus = createOutcomeBus(name, { settings, encryption }, withKey);
    const folderOfPackage = packageDir ?? functionPackage(settings.function.architecture);
    const webhook = createWebhook(
      name,
      { settings, encryption, packageDir: folderOfPackage },
      withKey,
    );
    const logGroup = createLogGroup(name, { settings, encryption }, withKey);
    const permissions = createPermissions(
      name,
      {
        ...{ buckets, queues, logGroup, prefixes: prefixesOf(filters) },
        ...{ encryption, eventBus, webhookQueue: webhook?.queue.arn, settings },
      },
      inside,
    );
    const folder = assetsDir ?? path.resolve(SIDE_FILES_FOLDER);
    const handler = createFunction(
      name,
      {
        settings,
        recipes: input.recipes,
        packageDir: folderOfPackage,
        assetsDir: folder,
        ownTransforms,
        buckets,
        queues,
        permissions,
        encryption,
        eventBus,
        webhook,
        logGroup,
      },
      inside,
    );
    createTrigger(name, { queue: queues.queue, handler, settings }, inside);

    const { alarmTopic, alarmNames, dashboardUrl } = createObservability(
      name,
      { settings, queues, webhook, handler, logGroup, rules, keyArn: encryption.keyArn },
      inside,
    );

    const outputs: ImagePipelineOutputs = {
      sourceBucket: buckets.source.bucket,
      sourceBucketArn: buckets.source.arn,
      processedBucket: buckets.processed.bucket,
      processedBucketArn: buckets.processed.arn,
      queueUrl: queues.queue.url,
      queueArn: queues.queue.arn,
      deadLetterQueueUrl: queues.deadLetters.url,
      deadLetterQueueArn: queues.deadLetters.arn,
      functionName: handler.name,
      functionArn: handler.arn,
      logGroupName: logGroup.name,
      alarmTopicArn: alarmTopic.arn,
      alarmNames,
      dashboardUrl,
      ...(delivery && { deliveryUrl: delivery.url, distributionId: delivery.distribution.id }),
      ...(eventBus && { eventBusArn: eventBus }),
      ...(webhook && { webhookDeadLetterQueueArn: webhook.deadLetters.arn }),
      settings: pulumi.output(deployedSettings(input, settings, folder)),
    };
    Object.assign(this, outputs);
    this.registerOutputs(outputs);
  }
}

function deployedSettings(
  { recipes, limits, function: lambda, queue, delivery }: SettingsInput,
  settings: Settings,
  assetsDir: string,
): DeployedSettings {
  const sideFiles = pinSideFiles(settings.recipes, assetsDir).map((recipe) => recipe.sideFiles);
  return {
    recipes,
    ...(limits && { limits }),
    ...(lambda && { function: lambda }),
    ...(queue && { queue }),
    ...(delivery?.outcomes && {
      delivery: { outcomes: true, ...(delivery.variants && { variants: delivery.variants }) },
    }),
    sideFiles: Object.assign({}, ...sideFiles) as Record<string, string>,
  };
}
