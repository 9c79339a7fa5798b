import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** The encryption at rest of the pipeline's resources. */
export interface Encryption {
  /** ARN of a KMS key of the account. Undefined if the services use their own keys. */
  readonly keyArn?: pulumi.Output<string>;
  /** Id of the key, if the stack creates it and therefore sets its policy. */
  readonly ownKeyId?: pulumi.Output<string>;
}

/** Creates a key (`encryption.kms: true`), uses the given one (an ARN), or uses none (`false`, the default). */
export function createEncryption(
  name: string,
  { encryption: { kms, deletionDays }, storage, tags }: Settings,
  opts: pulumi.CustomResourceOptions,
): Encryption {
  if (kms === false) return {};
  if (typeof kms === 'string') return { keyArn: pulumi.output(kms) };
  // Retained data is lost without its key.
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
