import { parseSettings, type SettingsInput } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';
import { createBuckets } from './buckets.ts';
import { createFunction, createLogGroup } from './function.ts';
import { notificationFilters, prefixesOf } from './notification-filters.ts';
import { createNotification } from './notification.ts';
import { createDashboard } from './observability.ts';
import { functionPackage } from './package.ts';
import { createPermissions } from './permissions.ts';
import { createQueuePolicy, createQueues } from './queues.ts';
import { createTrigger } from './trigger.ts';

/** What `darkroom:pipeline` holds in a stack file; only `recipes` has no default. */
export type ImagePipelineArgs = SettingsInput & {
  /**
   * Folder of the function's package, with `index.mjs` in it.
   * Default: that of this repository's `apps/resizer` for `function.architecture`, built where it is missing or older
   * than its sources.
   */
  readonly packageDir?: string;
};

/**
 * Images in, variants out:
 *
 * ```text
 * source bucket ──notification──▶ queue ──trigger──▶ function ──▶ processed bucket
 *                                   │                   │
 *                                   └─▶ dead letters ◀──┘
 * ```
 *
 * @throws SettingsError that lists every problem of the settings
 * @throws PackageError where the function's package is not built and cannot be
 * @throws FilterError where S3 has no notification filters for the recipes' matches
 */
export class ImagePipeline extends pulumi.ComponentResource {
  /** Name of the bucket that takes uploads. */
  readonly sourceBucket: pulumi.Output<string>;
  /** Name of the bucket that holds variants and manifests. */
  readonly processedBucket: pulumi.Output<string>;
  readonly queueUrl: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  /** The CloudWatch dashboard, for a browser. */
  readonly dashboardUrl: pulumi.Output<string>;

  constructor(name: string, args: ImagePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super('darkroom:index:ImagePipeline', name, {}, opts);
    const { packageDir, ...input } = args;
    const settings = parseSettings(input, `ImagePipeline "${name}"`);
    const filters = notificationFilters(settings.recipes);
    const inside = { parent: this };

    const buckets = createBuckets(name, settings, inside);
    const queues = createQueues(name, settings, inside);

    const queuePolicy = createQueuePolicy(
      name,
      { queue: queues.queue, bucket: buckets.source },
      inside,
    );
    createNotification(
      name,
      { bucket: buckets.source, queue: queues.queue, filters },
      { ...inside, dependsOn: queuePolicy },
    );

    const logGroup = createLogGroup(name, settings, inside);
    const permissions = createPermissions(
      name,
      { buckets, queues, logGroup, prefixes: prefixesOf(filters), settings },
      inside,
    );
    const handler = createFunction(
      name,
      {
        settings,
        recipes: input.recipes,
        packageDir: packageDir ?? functionPackage(settings.function.architecture),
        buckets,
        queues,
        permissions,
        logGroup,
      },
      inside,
    );
    createTrigger(name, { queue: queues.queue, handler, settings }, inside);

    const dashboard = createDashboard(name, { queues, handler }, inside);

    this.sourceBucket = buckets.source.bucket;
    this.processedBucket = buckets.processed.bucket;
    this.queueUrl = queues.queue.url;
    this.deadLetterQueueUrl = queues.deadLetters.url;
    this.functionName = handler.name;
    this.dashboardUrl = dashboard.url;
    this.registerOutputs({
      sourceBucket: this.sourceBucket,
      processedBucket: this.processedBucket,
      queueUrl: this.queueUrl,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      functionName: this.functionName,
      dashboardUrl: this.dashboardUrl,
    });
  }
}
