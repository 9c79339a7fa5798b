import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from './encryption.ts';

/**
 * Where an application hears what became of uploads: a bus of the stack's own, a given one, or none.
 *
 * @param opts must depend on the key's policy: EventBridge tries the key out
 * @returns its ARN
 */
export function createOutcomeBus(
  name: string,
  { settings: { events, tags }, encryption }: { settings: Settings; encryption: Encryption },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  if (!events) return undefined;
  if (events.busArn !== undefined) return pulumi.output(events.busArn);
  const bus = new aws.cloudwatch.EventBus(
    `${name}-outcomes`,
    {
      description: 'ImageProcessed and ImageRejected, with the manifest',
      ...(encryption.keyArn && { kmsKeyIdentifier: encryption.keyArn }),
      tags,
    },
    opts,
  );
  return bus.arn;
}
