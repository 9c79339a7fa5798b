import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** What encrypts all that the pipeline keeps. */
export interface Encryption {
  /** ARN of a KMS key of the account; nothing where S3, SQS and the others use keys of their own. */
  readonly keyArn?: pulumi.Output<string>;
  /** The key's id, where the stack made it and so has to give it a policy. */
  readonly ownKeyId?: pulumi.Output<string>;
}

/** A key of the stack's, a given one, or none. */
export function createEncryption(
  name: string,
  { encryption: { kms, deletionDays }, storage, tags }: Settings,
  opts: pulumi.CustomResourceOptions,
): Encryption {
  if (kms === false) return {};
  if (typeof kms === 'string') return { keyArn: pulumi.output(kms) };
  // Data that is kept is lost without its key.
  const kept = { ...opts, protect: storage.protect, retainOnDelete: storage.protect };
  const key = new aws.kms.Key(
    `${name}-key`,
    {
      description: `Encrypts what the pipeline ${name} keeps`,
      enableKeyRotation: true,
      deletionWindowInDays: deletionDays,
      tags,
    },
    kept,
  );
  new aws.kms.Alias(`${name}-key-alias`, { targetKeyId: key.keyId }, kept);
  return { keyArn: key.arn, ownKeyId: key.keyId };
}
