import type { output } from '@pulumi/aws/types/index.js';
import { ExistingBucketError } from '../storage/existing-bucket.ts';
import { overlap, type Filter } from './filters.ts';

/** A bucket's notification configuration, as the provider reads and writes it. */
export interface NotificationConfiguration {
  readonly eventbridge: boolean;
  readonly lambdaFunctions: readonly output.s3.GetBucketNotificationLambdaFunction[];
  readonly queues: readonly output.s3.GetBucketNotificationQueue[];
  readonly topics: readonly output.s3.GetBucketNotificationTopic[];
}

/** The notifications of this pipeline. */
export interface OwnNotifications {
  /** Prefix of their ids. */
  readonly marker: string;
  readonly events: readonly string[];
  readonly filters: readonly Filter[];
}

/**
 * Adds this pipeline's notifications to those of other owners. Ids mark the pipeline's own: the next deployment replaces
 * them instead of adding them again.
 *
 * @param existing current configuration in S3, including the pipeline's notifications of the last deployment
 */
export function addNotifications(
  existing: NotificationConfiguration,
  ours: OwnNotifications & { readonly queueArn: string },
): NotificationConfiguration {
  const theirs = ofOthers(existing, ours);
  const added = ours.filters.map(({ prefix, suffix }, index) => ({
    id: `${ours.marker}${index}`,
    queueArn: ours.queueArn,
    events: [...ours.events],
    filterPrefix: prefix,
    filterSuffix: suffix,
  }));
  return {
    eventbridge: existing.eventbridge,
    ...theirs,
    queues: [...theirs.queues, ...added],
  };
}

/** @throws ExistingBucketError if two notifications cover the same event of the same key, which S3 rejects */
export function refuseOverlap(existing: NotificationConfiguration, ours: OwnNotifications): void {
  const { lambdaFunctions, queues, topics } = ofOthers(existing, ours);
  for (const other of [...lambdaFunctions, ...queues, ...topics])
    for (const filter of ours.filters)
      if (sharesEvent(other.events, ours.events) && overlap(filterOf(other), filter))
        throw filtersOverlap(other, filter);
}

function ofOthers(existing: NotificationConfiguration, { marker }: OwnNotifications) {
  const isTheirs = ({ id }: { readonly id: string }) => !id.startsWith(marker);
  return {
    lambdaFunctions: existing.lambdaFunctions.filter(isTheirs),
    queues: existing.queues.filter(isTheirs),
    topics: existing.topics.filter(isTheirs),
  };
}

interface Other {
  readonly id: string;
  readonly events: readonly string[];
  readonly filterPrefix: string;
  readonly filterSuffix: string;
}

function filterOf({ filterPrefix, filterSuffix }: Other): Filter {
  return { prefix: filterPrefix, suffix: filterSuffix };
}

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`. */
function sharesEvent(some: readonly string[], others: readonly string[]): boolean {
  const covers = (wide: string, narrow: string) =>
    wide === narrow || (wide.endsWith(':*') && narrow.startsWith(wide.slice(0, -1)));
  return some.some((one) => others.some((other) => covers(one, other) || covers(other, one)));
}

function filtersOverlap(other: Other, filter: Filter): ExistingBucketError {
  const words = ({ prefix, suffix }: Filter) => `"${prefix}…${suffix}"`;
  return new ExistingBucketError(
    'FILTERS_OVERLAP',
    `its notification "${other.id}" covers ${other.events.join(', ')} for keys ${words(filterOf(other))}, the recipes ` +
      `need ${words(filter)}, and S3 allows one for a key. Set source.notifications to "eventbridge", which several ` +
      'consumers can use, or give the recipes other prefixes',
  );
}
