export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
const KEY = '0a1b2c3d-0000-4000-8000-000000000000';

export type Properties = Readonly<Record<string, unknown>>;

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

/** What `aws` would answer, as far as the program reads it: names that Pulumi makes up, ids and ARNs in AWS's shape. */
export function create({ type, name, inputs }: Registered): { id: string; state: Properties } {
  const nameProperty = NAME_PROPERTY[type] ?? 'name';
  const given = inputs[nameProperty];
  const physical = typeof given === 'string' ? given : `${name}-0a1b2c3`;
  const state = { ...inputs, [nameProperty]: physical };
  switch (type) {
    case 'aws:s3/bucket:Bucket':
      return {
        id: physical,
        state: {
          ...state,
          arn: `arn:aws:s3:::${physical}`,
          bucketRegionalDomainName: `${physical}.s3.${REGION}.amazonaws.com`,
        },
      };
    case 'aws:sqs/queue:Queue': {
      const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${physical}`;
      return { id: url, state: { ...state, url, arn: arn('sqs', physical) } };
    }
    case 'aws:cloudwatch/logGroup:LogGroup':
      return { id: physical, state: { ...state, arn: arn('logs', `log-group:${physical}`) } };
    case 'aws:cloudwatch/metricAlarm:MetricAlarm':
      return { id: physical, state: { ...state, arn: arn('cloudwatch', `alarm:${physical}`) } };
    case 'aws:sns/topic:Topic':
      return { id: arn('sns', physical), state: { ...state, arn: arn('sns', physical) } };
    case 'aws:cloudwatch/eventBus:EventBus':
      return { id: physical, state: { ...state, arn: arn('events', `event-bus/${physical}`) } };
    case 'aws:cloudwatch/eventRule:EventRule':
      return { id: physical, state: { ...state, arn: arn('events', `rule/${physical}`) } };
    case 'aws:kms/key:Key':
      return { id: KEY, state: { ...state, keyId: KEY, arn: arn('kms', `key/${KEY}`) } };
    case 'aws:cloudfront/distribution:Distribution':
      return {
        id: 'E0123456789ABC',
        state: {
          ...state,
          arn: `arn:aws:cloudfront::${ACCOUNT}:distribution/E0123456789ABC`,
          domainName: 'd0123456789abc.cloudfront.net',
        },
      };
    case 'aws:cloudfront/function:Function':
      return {
        id: physical,
        state: { ...state, arn: `arn:aws:cloudfront::${ACCOUNT}:function/${physical}` },
      };
    case 'aws:iam/role:Role':
      return { id: physical, state: { ...state, arn: `arn:aws:iam::${ACCOUNT}:role/${physical}` } };
    case 'aws:lambda/function:Function':
      return { id: physical, state: { ...state, arn: arn('lambda', `function:${physical}`) } };
    default:
      return { id: physical, state };
  }
}

/** Of buckets that were there before; the tests change it. */
export const existingNotifications = new Map<string, Properties>();

/** The provider's functions. */
export function invoke(token: string, inputs: Properties): Properties {
  switch (token) {
    case 'aws:s3/getBucket:getBucket': {
      const bucket = inputs['bucket'] as string;
      const bucketRegion = bucket.startsWith('elsewhere') ? 'us-east-1' : REGION;
      return { ...inputs, arn: `arn:aws:s3:::${bucket}`, bucketRegion };
    }
    case 'aws:s3/getBucketNotification:getBucketNotification':
      return {
        ...inputs,
        ...{ eventbridge: true, lambdaFunctions: [], queues: [], topics: [] },
        ...existingNotifications.get(inputs['bucket'] as string),
      };
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { ...inputs, accountId: ACCOUNT };
    case 'aws:index/getRegion:getRegion':
      return { ...inputs, region: REGION };
    default:
      throw new Error(`The program calls ${token}, which the tests do not know`);
  }
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
