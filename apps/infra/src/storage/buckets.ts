import type { Cors, Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { EXPOSED_HEADERS, PREFLIGHT_SECONDS } from '../delivery/distribution.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Encryption } from '../encryption.ts';
import { denyPlainHttp, policyDocument, type Statement } from '../permissions/policy-document.ts';
import { existingBucket, type SourceBucket } from './existing-bucket.ts';

export interface Buckets {
  readonly source: SourceBucket;
  /** Holds the variants and manifests. Not versioned, because the pipeline can recreate all of them. */
  readonly processed: aws.s3.Bucket;
  /** The buckets that the stack creates, for their policies. */
  readonly own: { readonly source?: PrivateBucket; readonly processed: PrivateBucket };
}

/** Creates or looks up both buckets. `createBucketPolicies` adds the policies of those that the stack creates. */
export function createBuckets(
  name: string,
  parts: { readonly settings: Settings; readonly encryption: Encryption },
  opts: pulumi.CustomResourceOptions,
): Buckets {
  const { source, storage, delivery } = parts.settings;
  const kept = keptWith(storage, opts);
  const processed = createBucket(`${name}-processed`, parts, kept);
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-processed-lifecycle`,
    {
      bucket: processed.bucket.bucket,
      rules: [abandonedUploads, ...expiredOutputs(storage.expireProcessedDays)],
    },
    kept,
  );
  createCors(`${name}-processed`, processed, delivery?.cors, opts);
  if (source?.bucket !== undefined)
    return {
      source: existingBucket(name, source.bucket, processed.bucket, opts),
      processed: processed.bucket,
      own: { processed },
    };
  const own = createSource(name, parts, kept);
  createCors(`${name}-source`, own, source?.cors, opts);
  return { source: own.bucket, processed: processed.bucket, own: { source: own, processed } };
}

/**
 * Allows cross-origin requests of web pages. Unlike the resources that keep the bucket private, it is not protected: the
 * setting can be removed.
 */
function createCors(
  name: string,
  { bucket }: PrivateBucket,
  cors: Cors | undefined,
  opts: pulumi.CustomResourceOptions,
): void {
  if (cors === undefined) return;
  new aws.s3.BucketCorsConfiguration(
    `${name}-cors`,
    {
      bucket: bucket.bucket,
      corsRules: [
        {
          allowedOrigins: cors.origins,
          allowedMethods: cors.methods,
          allowedHeaders: cors.headers,
          exposeHeaders: EXPOSED_HEADERS,
          maxAgeSeconds: PREFLIGHT_SECONDS,
        },
      ],
    },
    opts,
  );
}

/** Versioned: overwritten and deleted uploads can be restored until their versions expire. */
function createSource(
  name: string,
  parts: { readonly settings: Settings; readonly encryption: Encryption },
  kept: pulumi.CustomResourceOptions,
): PrivateBucket {
  const source = createBucket(`${name}-source`, parts, kept);
  const versioning = new aws.s3.BucketVersioning(
    `${name}-source-versioning`,
    { bucket: source.bucket.bucket, versioningConfiguration: { status: 'Enabled' } },
    kept,
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-source-lifecycle`,
    {
      bucket: source.bucket.bucket,
      rules: [abandonedUploads, oldVersions(parts.settings.storage.expireNoncurrentDays)],
    },
    { ...kept, dependsOn: versioning },
  );
  return source;
}

/** Sets the policies of the buckets that the stack creates. */
export function createBucketPolicies(
  name: string,
  {
    settings: { storage },
    buckets: { own },
    delivery,
  }: { settings: Settings; buckets: Buckets; delivery: Delivery | undefined },
  opts: pulumi.CustomResourceOptions,
): void {
  const kept = keptWith(storage, opts);
  if (own.source) createBucketPolicy(`${name}-source`, own.source, [], kept);
  const readers = delivery ? [delivery.mayRead] : [];
  createBucketPolicy(`${name}-processed`, own.processed, readers, kept);
}

/** Protects and retains a bucket together with the resources that keep it private. */
function keptWith(
  { protect }: Settings['storage'],
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  return { ...opts, protect, retainOnDelete: protect };
}

type LifecycleRule = aws.types.input.s3.BucketLifecycleConfigurationRule;
const wholeBucket = { prefix: '' };

/** Parts of incomplete multipart uploads cost money, and object listings do not show them. */
const abandonedUploads: LifecycleRule = {
  id: 'abandoned-multipart-uploads',
  status: 'Enabled',
  filter: wholeBucket,
  abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
};

function oldVersions(days: number): LifecycleRule {
  return {
    id: 'old-versions',
    status: 'Enabled',
    filter: wholeBucket,
    noncurrentVersionExpiration: { noncurrentDays: days },
    // Removes delete markers without an older version.
    expiration: { expiredObjectDeleteMarker: true },
  };
}

function expiredOutputs(days: number | undefined): LifecycleRule[] {
  if (days === undefined) return [];
  return [{ id: 'old-outputs', status: 'Enabled', filter: wholeBucket, expiration: { days } }];
}

/** A bucket that the stack creates. */
export interface PrivateBucket {
  readonly bucket: aws.s3.Bucket;
  /** The bucket's policy waits for it: S3 answers OperationAborted if both are put at the same time. */
  readonly access: aws.s3.BucketPublicAccessBlock;
}

/** Creates a private, encrypted bucket without access control lists. `createBucketPolicy` adds its policy. */
export function createBucket(
  name: string,
  { settings: { tags, storage }, encryption }: { settings: Settings; encryption: Encryption },
  opts: pulumi.CustomResourceOptions,
): PrivateBucket {
  // Without `storage.protect`, `pulumi destroy` also deletes the objects.
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
    { bucket: bucket.bucket, rules: [encryptionRule(encryption)] },
    opts,
  );
  return { bucket, access };
}

function encryptionRule({
  keyArn,
}: Encryption): aws.types.input.s3.BucketServerSideEncryptionConfigurationRule {
  if (!keyArn) return { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
    // S3 derives a bucket key from the KMS key. Without it, each object costs a request to KMS.
    bucketKeyEnabled: true,
  };
}

/** Denies requests over plain HTTP, and adds the given statements. */
export function createBucketPolicy(
  name: string,
  { bucket, access }: PrivateBucket,
  statements: pulumi.Input<Statement>[],
  opts: pulumi.CustomResourceOptions,
): aws.s3.BucketPolicy {
  return new aws.s3.BucketPolicy(
    `${name}-policy`,
    {
      bucket: bucket.bucket,
      policy: pulumi
        .all([bucket.arn, pulumi.all(statements)])
        .apply(([arn, others]) =>
          policyDocument([denyPlainHttp('s3', [arn, `${arn}/*`]), ...others]),
        ),
    },
    { ...opts, dependsOn: access },
  );
}
