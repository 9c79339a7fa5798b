import * as pulumi from '@pulumi/pulumi';

/**
 * What differs between the partitions of AWS. Resources return their ARNs. Only the key policy and the Deny of a function in
 * a VPC compose ARNs, because they name resources that are created later.
 */
export interface Partition {
  readonly partition: 'aws' | 'aws-cn' | 'aws-us-gov';
  /** Of service principals that contain the region. */
  readonly dnsSuffix: string;
  /** Without a slash at the end. */
  readonly console: string;
}

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export function partitionOf(region: string): Partition {
  if (region.startsWith('cn-'))
    return {
      partition: 'aws-cn',
      dnsSuffix: 'amazonaws.com.cn',
      console: `https://${region}.console.amazonaws.cn`,
    };
  if (region.startsWith('us-gov-'))
    return {
      partition: 'aws-us-gov',
      dnsSuffix: 'amazonaws.com',
      console: `https://${region}.console.amazonaws-us-gov.com`,
    };
  return {
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    console: `https://${region}.console.aws.amazon.com`,
  };
}

/** A feature of the settings does not work in the partition. */
export class PartitionError extends pulumi.RunError {
  override readonly name = 'PartitionError';
  readonly code = 'UNSUPPORTED_PARTITION';

  constructor(pipeline: string, partition: string, reason: string) {
    super(
      `ImagePipeline "${pipeline}": delivery is not supported in ${partition}: ${reason}. Remove \`delivery\``,
    );
    // Pulumi puts the names of properties before the message: ignore the assignment.
    const text = this.message;
    Object.defineProperty(this, 'message', { get: () => text, set: () => undefined });
  }
}

const NO_DELIVERY = {
  // AWS GovCloud (US) user guide, "Setting up Amazon CloudFront with your AWS GovCloud (US) resources".
  'aws-us-gov':
    'CloudFront is not a service of AWS GovCloud (US); a distribution of a standard account can read the outputs',
  // CloudFront developer guide, "CloudFront in China".
  'aws-cn':
    'CloudFront in China requires a domain with an ICP licence and a certificate of IAM, which the program does not set up',
} as const;

/**
 * @returns true
 * @throws PartitionError in partitions in which `delivery` does not work
 */
export function requireDelivery(pipeline: string, region: string): true {
  const { partition } = partitionOf(region);
  if (partition === 'aws') return true;
  throw new PartitionError(pipeline, partition, NO_DELIVERY[partition]);
}
