import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import { keyStatements } from './key-policy.ts';
import { policyDocument } from './policy-document.ts';

/**
 * Lets the services that the pipeline is made of use the stack's key; a given key keeps its policy.
 *
 * @returns what has to be there before anything asks for the key: a log group, an event bus, a notification
 */
export function createKeyPolicy(
  name: string,
  {
    settings,
    encryption: { keyArn, ownKeyId },
    source,
    rules,
    distribution,
  }: {
    settings: Settings;
    encryption: Encryption;
    source: { readonly arn: pulumi.Output<string> };
    rules: readonly aws.cloudwatch.EventRule[];
    distribution?: aws.cloudfront.Distribution | undefined;
  },
  opts: pulumi.CustomResourceOptions,
): aws.kms.KeyPolicy[] {
  if (!keyArn || !ownKeyId) return [];
  const { protect } = settings.storage;
  const policy = pulumi
    .output({
      key: keyArn,
      source: source.arn,
      rules: rules.map(({ arn }) => arn),
      distribution: distribution?.arn,
    })
    .apply((users) =>
      policyDocument(
        keyStatements({
          ...users,
          name,
          eventBus: settings.events !== undefined && settings.events.busArn === undefined,
        }),
      ),
    );
  return [
    new aws.kms.KeyPolicy(
      `${name}-key-policy`,
      { keyId: ownKeyId, policy },
      { ...opts, protect, retainOnDelete: protect },
    ),
  ];
}
