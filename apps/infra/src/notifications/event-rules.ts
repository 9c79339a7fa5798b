import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Queues } from '../queues.ts';
import { ExistingBucketError } from '../storage/existing-bucket.ts';
import type { Filter } from './filters.ts';

/** Each wildcard makes a rule slower to match, and EventBridge rejects "too complex" rules. More filters need more rules. */
const FILTERS_OF_RULE = 10;
/** EventBridge's quota is 2,048 characters for a pattern. The rest of it, with the longest bucket name, has 200. */
const PATTERN_BYTES = 2048 - 200;

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
  const rules: Filter[][] = [];
  let bytes = Infinity;
  for (const filter of filters) {
    const more = Buffer.byteLength(JSON.stringify(keyPattern(filter))) + 1;
    const rule = rules.at(-1);
    if (rule && rule.length < FILTERS_OF_RULE && bytes + more <= PATTERN_BYTES) {
      rule.push(filter);
      bytes += more;
    } else {
      rules.push([filter]);
      bytes = more;
    }
  }
  return rules;
}

/**
 * Creates the rules for changes in an existing bucket, without changing the bucket's notification configuration.
 * Returns none if the stack creates the bucket, and unless `source.notifications` is `eventbridge`.
 *
 * @throws ExistingBucketError, through the rules' inputs, if the bucket does not send its events to EventBridge
 */
export function createEventRules(
  name: string,
  { settings: { source, tags }, filters }: { settings: Settings; filters: readonly Filter[] },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventRule[] {
  if (source?.bucket === undefined || source.notifications !== 'eventbridge') return [];
  const { bucket } = source;
  // The name is known at the first preview, which therefore refuses. Outputs of resources are not.
  const patterns = aws.s3
    .getBucketNotificationOutput({ bucket }, opts)
    .apply((configuration) => patternsOf(bucket, configuration, filters));
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

/** @throws ExistingBucketError if the bucket does not send its events to EventBridge */
export function patternsOf(
  bucket: string,
  { eventbridge }: { readonly eventbridge: boolean },
  filters: readonly Filter[],
): string[] {
  if (!eventbridge) throw eventBridgeIsOff(bucket);
  return eventPatterns(bucket, filters).map((pattern) => JSON.stringify(pattern));
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
