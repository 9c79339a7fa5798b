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
 * Looks up an existing bucket without changing it. Warns about overwrites that an unversioned one hides.
 *
 * @throws ExistingBucketError, through the outputs, if it is the processed bucket or in another region
 */
export function existingBucket(
  name: string,
  bucket: string,
  processed: aws.s3.Bucket,
  opts: pulumi.CustomResourceOptions,
): SourceBucket {
  const existing = aws.s3.getBucketOutput({ bucket }, opts);
  warnIfUnversioned(name, existing.id, opts);
  const checked = pulumi
    .all([existing, aws.getRegionOutput({}, opts), processed.bucket])
    .apply(([found, { region }, processedName]) => {
      refuseLoop(bucket, processedName);
      if (found.bucketRegion !== region)
        throw new ExistingBucketError(
          'OTHER_REGION',
          `${bucket} is in ${found.bucketRegion}, the stack in ${region}: S3 notifies queues of its own region only`,
        );
      return { bucket, arn: found.arn };
    });
  return { bucket: checked.bucket, arn: checked.arn };
}

/** The AWS provider has no function that returns the versioning of a bucket. The lookup manages nothing. */
function warnIfUnversioned(
  name: string,
  id: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const lookup = aws.s3.BucketVersioning.get(`${name}-existing-versioning`, id, undefined, {
    ...opts,
    transformations: [withoutAliases],
  });
  pulumi.all([id, lookup.versioningConfiguration]).apply(([bucket, { status }]) => {
    if (status === 'Enabled') return;
    void pulumi.log.warn(
      `source.bucket: ${bucket} is not versioned (${status}). An upload that is replaced by another one with the same ` +
        'MD5 and size is not noticed, unless its client stores a SHA-256 checksum. Enable versioning, or send ' +
        'x-amz-checksum-sha256',
      opts.parent,
    );
  });
}

/** The SDK fails on aliases of a lookup if the engine does not know alias specifications. The local engine does not. */
const withoutAliases: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props,
  opts: { ...opts, aliases: [] },
});

/** @throws ExistingBucketError if the pipeline would process its own outputs */
export function refuseLoop(source: string, processed: string): void {
  if (source !== processed) return;
  throw new ExistingBucketError(
    'FEEDS_ITSELF',
    `${source} is this pipeline's processed bucket. Each variant would be a new upload with variants of its own, ` +
      'without end. Set another bucket',
  );
}
