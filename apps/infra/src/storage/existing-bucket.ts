import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** The bucket that receives the uploads: created by the stack, or an existing one. */
export interface SourceBucket {
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
}

/** The bucket of `source.bucket` cannot be the source bucket. */
export class ExistingBucketError extends pulumi.RunError {
  override readonly name = 'ExistingBucketError';
  readonly code: 'FEEDS_ITSELF' | 'OTHER_REGION' | 'EVENTBRIDGE_OFF' | 'FILTERS_OVERLAP';

  constructor(code: ExistingBucketError['code'], message: string) {
    super(`source.bucket: ${message}`);
    this.code = code;
    // Pulumi puts the names of all properties that wait for the failed one before the message: ignore the assignments.
    const text = this.message;
    Object.defineProperty(this, 'message', { get: () => text, set: () => undefined });
  }
}

/**
 * Looks up an existing bucket without changing it. Warns about what an unversioned one hides: the AWS provider has no
 * function that returns the versioning of a bucket.
 *
 * @throws ExistingBucketError, through the outputs, if it is the processed bucket or in another region
 */
export function existingBucket(
  name: string,
  processed: aws.s3.Bucket,
  opts: pulumi.CustomResourceOptions,
): SourceBucket {
  void pulumi.log.warn(
    `source.bucket: if ${name} is not versioned, an upload that is replaced by another one with the same MD5 and size is ` +
      'not noticed, unless its client stores a SHA-256 checksum. Enable versioning, or send x-amz-checksum-sha256',
    opts.parent,
  );
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

/** @throws ExistingBucketError if the pipeline would process its own outputs */
export function refuseLoop(source: string, processed: string): void {
  if (source !== processed) return;
  throw new ExistingBucketError(
    'FEEDS_ITSELF',
    `${source} is this pipeline's processed bucket. Each variant would be a new upload with variants of its own, ` +
      'without end. Set another bucket',
  );
}
