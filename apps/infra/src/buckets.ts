import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { denyPlainHttp, policyDocument } from './policy.ts';

export interface Buckets {
  /** Takes the uploads. Versioned: an overwritten or deleted upload can be fetched back for a while. */
  readonly source: aws.s3.Bucket;
  /** Holds the variants and manifests. Not versioned: everything in it can be made again. */
  readonly processed: aws.s3.Bucket;
}

/** Both buckets, and around each all that keeps it private. */
export function createBuckets(
  name: string,
  settings: Settings,
  opts: pulumi.CustomResourceOptions,
): Buckets {
  const { protect, expireNoncurrentDays } = settings.storage;
  // A bucket that is kept keeps its guards: without them it would be kept, and open.
  const kept = { ...opts, protect, retainOnDelete: protect };

  const source = createBucket(`${name}-source`, settings, kept);
  const versioning = new aws.s3.BucketVersioning(
    `${name}-source-versioning`,
    { bucket: source.bucket, versioningConfiguration: { status: 'Enabled' } },
    kept,
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-source-lifecycle`,
    { bucket: source.bucket, rules: [abandonedUploads, oldVersions(expireNoncurrentDays)] },
    { ...kept, dependsOn: versioning },
  );

  const processed = createBucket(`${name}-processed`, settings, kept);
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-processed-lifecycle`,
    { bucket: processed.bucket, rules: [abandonedUploads] },
    kept,
  );
  return { source, processed };
}

/** Private, encrypted, owned by the account alone, reached over TLS only. */
function createBucket(
  name: string,
  { tags, storage }: Settings,
  opts: pulumi.CustomResourceOptions,
): aws.s3.Bucket {
  // What may be deleted at all may be deleted with its objects: `pulumi destroy` leaves nothing in a development stack.
  const bucket = new aws.s3.Bucket(name, { tags, forceDestroy: !storage.protect }, opts);
  const access = new aws.s3.BucketPublicAccessBlock(
    `${name}-access`,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
  new aws.s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
    opts,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    {
      bucket: bucket.bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    opts,
  );
  new aws.s3.BucketPolicy(
    `${name}-policy`,
    {
      bucket: bucket.bucket,
      policy: bucket.arn.apply((arn) => policyDocument([denyPlainHttp('s3', [arn, `${arn}/*`])])),
    },
    // S3 answers OperationAborted when both are put at once.
    { ...opts, dependsOn: access },
  );
  return bucket;
}

const wholeBucket = { prefix: '' };

/** Parts of a multipart upload that nobody completed cost money and are seen nowhere. */
const abandonedUploads: aws.types.input.s3.BucketLifecycleConfigurationRule = {
  id: 'abandoned-multipart-uploads',
  status: 'Enabled',
  filter: wholeBucket,
  abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
};

function oldVersions(days: number): aws.types.input.s3.BucketLifecycleConfigurationRule {
  return {
    id: 'old-versions',
    status: 'Enabled',
    filter: wholeBucket,
    noncurrentVersionExpiration: { noncurrentDays: days },
    // A delete marker with no version behind it hides nothing.
    expiration: { expiredObjectDeleteMarker: true },
  };
}
