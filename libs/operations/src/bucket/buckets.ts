import type { S3Client } from '@aws-sdk/client-s3';
import type { Settings } from '@darkroom/pipeline';
import { Comparison } from './comparison.ts';
import { s3BucketReader } from './s3-bucket-reader.ts';

/** Which buckets to compare, by what. */
export interface Buckets {
  readonly s3: S3Client;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  /** Of the stack, as `parseSettings` leaves them. */
  readonly settings: Pick<Settings, 'recipes' | 'limits'>;
  /** Only keys that begin so; every key unless given. */
  readonly prefix?: string;
}

export function comparisonOf(buckets: Buckets): Comparison {
  const { s3, sourceBucket, processedBucket, settings, prefix = '' } = buckets;
  return new Comparison({
    sources: s3BucketReader(s3, sourceBucket),
    outputs: s3BucketReader(s3, processedBucket),
    recipes: settings.recipes,
    limits: settings.limits,
    prefix,
  });
}
