import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** The bucket that takes the uploads: the stack's own, or one that was there before. */
export interface SourceBucket {
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
}

/** The bucket that the settings name for uploads cannot be it. */
export class ExistingBucketError extends pulumi.RunError {
  override readonly name = 'ExistingBucketError';
  readonly code: 'FEEDS_ITSELF' | 'OTHER_REGION' | 'EVENTBRIDGE_OFF' | 'FILTERS_OVERLAP';

  constructor(code: ExistingBucketError['code'], message: string) {
    super(`source.bucket: ${message}`);
    this.code = code;
  }
}

/**
 * A bucket that was there before: looked up, and not changed in any way.
 *
 * @throws ExistingBucketError, through the outputs: where it is the processed bucket, or in another region
 */
export function existingBucket(
  name: string,
  processed: aws.s3.Bucket,
  opts: pulumi.CustomResourceOptions,
): SourceBucket {
  const checked = pulumi
    .all([
      aws.s3.getBucketOutput({ bucket: name }, opts),
      aws.getRegionOutput({}, opts),
      processed.bucket,
    ])
    .apply(([found, { region }, processedName]) => {
      refuseLoop(name, processedName);
      if (found.bucketRegion !== region)
        throw new ExistingBucketError(
          'OTHER_REGION',
          `${name} is in ${found.bucketRegion}, the stack in ${region}: S3 notifies queues of its own region only`,
        );
      return { bucket: name, arn: found.arn };
    });
  return { bucket: checked.bucket, arn: checked.arn };
}

/** @throws ExistingBucketError where what the pipeline writes would be what it is to read */
export function refuseLoop(source: string, processed: string): void {
  if (source !== processed) return;
  throw new ExistingBucketError(
    'FEEDS_ITSELF',
    `${source} is where this pipeline writes. Each variant of an upload would be an upload itself, with variants of ` +
      'its own, and so on without end: name another bucket',
  );
}
