import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Queues } from '../queues.ts';
import { ExistingBucketError, type SourceBucket } from '../storage/existing-bucket.ts';
import type { Filter } from './filters.ts';

/** Each wildcard makes a rule slower to match, and EventBridge rejects "too complex" rules. More filters need more rules. */
const FILTERS_OF_RULE = 10;

/**
 * Event patterns for the changes that pass the filters. Each such event matches exactly one pattern.
 * S3 also sends `Object Deleted` when a lifecycle rule removes an object.
 */
export function eventPatterns(bucket: string, filters: readonly Filter[]): object[] {
  return chunks(filters).map((some) => {
    // Filters do not overlap: a filter that every key passes is the only one.
    const keys = some.filter(({ prefix, suffix }) => prefix || suffix).map(keyPattern);
    return {
      source: ['aws.s3'],
      'detail-type': ['Object Created', 'Object Deleted'],
      detail: { bucket: { name: [bucket] }, ...(keys.length > 0 && { object: { key: keys } }) },
    };
  });
}

/** Filters contain no characters that a wildcard pattern must escape. */
function keyPattern({ prefix, suffix }: Filter): object {
  if (!suffix) return { prefix };
  return prefix ? { wildcard: `${prefix}*${suffix}` } : { suffix };
}

function chunks(filters: readonly Filter[]): Filter[][] {
  const count = Math.ceil(filters.length / FILTERS_OF_RULE);
  return Array.from({ length: count }, (_, index) =>
    filters.slice(index * FILTERS_OF_RULE, (index + 1) * FILTERS_OF_RULE),
  );
}

/**
 * Creates the rules for changes in an existing bucket, without changing the bucket's notification configuration.
 * Returns none if the stack creates the bucket, and unless `source.notifications` is `eventbridge`.
 *
 * @throws ExistingBucketError, through the rules' inputs, if the bucket does not send its events to EventBridge
 */
export function createEventRules(
  name: string,
  {
    settings: { source, tags },
    bucket: { bucket },
    filters,
  }: { settings: Settings; bucket: SourceBucket; filters: readonly Filter[] },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventRule[] {
  if (source?.bucket === undefined || source.notifications !== 'eventbridge') return [];
  const patterns = pulumi
    .all([bucket, aws.s3.getBucketNotificationOutput({ bucket }, opts)])
    .apply(([bucketName, { eventbridge }]) => {
      if (!eventbridge) throw eventBridgeIsOff(bucketName);
      return eventPatterns(bucketName, filters).map((pattern) => JSON.stringify(pattern));
    });
  return chunks(filters).map(
    (_, index) =>
      new aws.cloudwatch.EventRule(
        `${name}-uploads-${index}`,
        {
          description: 'Changes of keys that a recipe matches',
          eventPattern: patterns.apply((all) => all[index] ?? ''),
          tags,
        },
        opts,
      ),
  );
}

/** The program cannot switch it on: putting the bucket's notification configuration would replace the existing one. */
function eventBridgeIsOff(bucket: string): ExistingBucketError {
  return new ExistingBucketError(
    'EVENTBRIDGE_OFF',
    `${bucket} does not send its events to EventBridge. Switch that on where the bucket's notifications are kept: in ` +
      'the console under Properties, "Amazon EventBridge", or as `eventbridge: true` of its BucketNotification. ' +
      'Or set source.notifications to "add"',
  );
}

/** @param opts must depend on the queues' policies */
export function createEventTargets(
  name: string,
  { rules, queues }: { rules: readonly aws.cloudwatch.EventRule[]; queues: Queues },
  opts: pulumi.CustomResourceOptions,
): void {
  rules.forEach((rule, index) => {
    new aws.cloudwatch.EventTarget(
      `${name}-uploads-${index}-target`,
      {
        rule: rule.name,
        arn: queues.queue.arn,
        // For events that EventBridge could not deliver for a day. A redrive is enough: the pipeline reads them as they are.
        deadLetterConfig: { arn: queues.deadLetters.arn },
      },
      opts,
    );
  });
}
