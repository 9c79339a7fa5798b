import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import { denyPlainHttp, policyDocument, type Statement } from '../permissions/policy-document.ts';

/** A bucket of the stack's own. */
export interface PrivateBucket {
  readonly bucket: aws.s3.Bucket;
  /** S3 answers OperationAborted where this and the bucket's policy are put at once. */
  readonly access: aws.s3.BucketPublicAccessBlock;
}

/** Private, encrypted and owned by the account alone. Its policy is `createBucketPolicy`'s. */
export function createBucket(
  name: string,
  { settings: { tags, storage }, encryption }: { settings: Settings; encryption: Encryption },
  opts: pulumi.CustomResourceOptions,
): PrivateBucket {
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
    // A key of the bucket's own, made from the KMS key: without it every object costs a request to KMS.
    bucketKeyEnabled: true,
  };
}

/** Reached over TLS only, and by those whom the statements name. */
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
