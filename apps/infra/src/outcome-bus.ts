import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from './encryption.ts';

/**
 * The event bus that receives outcome events: a new one, the one of `events.busArn`, or none without `events`.
 *
 * @param opts must depend on the key's policy, because EventBridge tests the key when it creates the bus
 * @returns the ARN of the bus
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
