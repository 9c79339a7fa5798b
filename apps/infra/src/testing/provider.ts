import { computedValues, type Properties } from './computed-values.ts';

export type { Properties } from './computed-values.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
const KEY = '0a1b2c3d-0000-4000-8000-000000000000';

/** A resource as a program asked for it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
}

const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'aws:s3/bucket:Bucket': 'bucket',
  'aws:cloudwatch/dashboard:Dashboard': 'dashboardName',
};

/** Ids that are not the physical name. */
const IDS: Readonly<Record<string, (name: string) => string>> = {
  'aws:sqs/queue:Queue': (name) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
  'aws:sns/topic:Topic': (name) => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`,
  'aws:kms/key:Key': () => KEY,
  'aws:cloudfront/distribution:Distribution': () => 'E0123456789ABC',
  'aws:acm/certificate:Certificate': () => `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1`,
};

/** What `aws` would answer: names that Pulumi generates, ids, and what AWS computes. */
export function create({ type, name, inputs }: Registered): { id: string; state: Properties } {
  const nameProperty = NAME_PROPERTY[type] ?? 'name';
  const given = inputs[nameProperty];
  const physical = typeof given === 'string' ? given : `${name}-0a1b2c3`;
  const id = IDS[type]?.(physical) ?? physical;
  const computed = computedValues(
    type,
    { id, name: physical, inputs },
    { accountId: ACCOUNT, region: REGION },
  );
  // An input wins, such as the policy of a topic.
  return { id, state: { ...computed, ...inputs, [nameProperty]: physical } };
}

/** Of buckets that were there before; the tests change it. */
export const existingNotifications = new Map<string, Properties>();

/** Of existing buckets, `Enabled` by default; the tests change it. */
export const existingVersioning = new Map<string, 'Disabled' | 'Enabled' | 'Suspended'>();

/** Looks up a resource that the stack does not manage. */
export function readExisting(type: string, id: string): Properties {
  if (type !== 'aws:s3/bucketVersioning:BucketVersioning')
    throw new Error(`The program looks up ${type}, which the tests do not know`);
  const status = existingVersioning.get(id) ?? 'Enabled';
  return { bucket: id, versioningConfiguration: { status } };
}

/** The provider's functions. */
export function invoke(token: string, inputs: Properties): Properties {
  switch (token) {
    case 'aws:s3/getBucket:getBucket': {
      const bucket = inputs['bucket'] as string;
      const bucketRegion = bucket.startsWith('elsewhere') ? 'us-east-1' : REGION;
      return { ...inputs, id: bucket, arn: `arn:aws:s3:::${bucket}`, bucketRegion };
    }
    case 'aws:s3/getBucketNotification:getBucketNotification':
      return {
        ...inputs,
        ...{ eventbridge: true, lambdaFunctions: [], queues: [], topics: [] },
        ...existingNotifications.get(inputs['bucket'] as string),
      };
    case 'aws:route53/getZone:getZone':
      return { ...inputs, zoneId: 'Z0123456789ABC' };
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { ...inputs, accountId: ACCOUNT };
    case 'aws:index/getRegion:getRegion':
      return { ...inputs, region: REGION };
    default:
      throw new Error(`The program calls ${token}, which the tests do not know`);
  }
}
