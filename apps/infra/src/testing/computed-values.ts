/**
 * What AWS adds to a resource: the values that the provider computes, and a program does not set. The mocks of the unit
 * tests and the provider of the real CLI's tests (lab) read this table. A mock that returns only inputs hides defects:
 * the policies and other rules see these values too.
 */

import { topicDefaultPolicy } from '@darkroom/policy/testing';

export type Properties = Readonly<Record<string, unknown>>;

export interface AccountContext {
  readonly accountId: string;
  readonly region: string;
}

/** An existing resource. */
export interface Physical {
  readonly id: string;
  /** Physical name: the input `name`, `bucket` and the like, or the one that Pulumi generates. */
  readonly name: string;
  readonly inputs: Properties;
}

/** Sources: SNS API reference, "GetTopicAttributes"; KMS developer guide, "Default key policy". */
type Compute = (
  resource: Physical,
  context: AccountContext & { readonly arn: (service: string, resource: string) => string },
) => Properties;

const CREATED = '2026-01-01T00:00:00Z';
const named =
  (service: string, kind: string): Compute =>
  ({ name }, { arn }) => ({ arn: arn(service, `${kind}${name}`) });

/** By resource type. Without the types whose outputs are their inputs. */
export const COMPUTED_VALUES: Readonly<Record<string, Compute>> = {
  'aws:s3/bucket:Bucket': ({ name, inputs }, { region }) => ({
    arn: `arn:aws:s3:::${name}`,
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    bucketRegion: region,
    policy: '',
    requestPayer: 'BucketOwner',
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:sqs/queue:Queue': ({ id, name, inputs }, { arn }) => ({
    url: id,
    arn: arn('sqs', name),
    // A QueuePolicy sets it. The queue itself reports none.
    policy: '',
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:cloudwatch/logGroup:LogGroup': named('logs', 'log-group:'),
  'aws:cloudwatch/metricAlarm:MetricAlarm': named('cloudwatch', 'alarm:'),
  'aws:cloudwatch/dashboard:Dashboard': ({ name }, { accountId }) => ({
    dashboardArn: `arn:aws:cloudwatch::${accountId}:dashboard/${name}`,
  }),
  'aws:cloudwatch/queryDefinition:QueryDefinition': ({ id }) => ({ queryDefinitionId: id }),
  'aws:cloudwatch/eventBus:EventBus': named('events', 'event-bus/'),
  'aws:cloudwatch/eventRule:EventRule': named('events', 'rule/'),
  'aws:ssm/parameter:Parameter': ({ name, inputs }, { arn }) => ({
    arn: arn('ssm', `parameter/${name}`),
    version: 1,
    tier: 'Standard',
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:sns/topic:Topic': ({ name, inputs }, { arn, accountId }) => ({
    arn: arn('sns', name),
    owner: accountId,
    policy: topicDefaultPolicy(arn('sns', name), accountId),
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:sns/topicPolicy:TopicPolicy': (_resource, { accountId }) => ({ owner: accountId }),
  'aws:sns/topicSubscription:TopicSubscription': ({ id }, { accountId }) => ({
    arn: id,
    ownerId: accountId,
    pendingConfirmation: true,
    confirmationWasAuthenticated: false,
  }),
  'aws:kms/key:Key': ({ id, inputs }, { arn, accountId }) => ({
    keyId: id,
    arn: arn('kms', `key/${id}`),
    policy: keyPolicy(accountId),
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:kms/alias:Alias': ({ name, inputs }, { arn }) => ({
    arn: arn('kms', name),
    targetKeyArn: arn('kms', `key/${String(inputs['targetKeyId'])}`),
  }),
  'aws:cloudfront/distribution:Distribution': ({ id }, { accountId }) => ({
    arn: `arn:aws:cloudfront::${accountId}:distribution/${id}`,
    domainName: `${id.toLowerCase()}.cloudfront.net`,
    hostedZoneId: 'Z2FDTNDATAQYW2',
    status: 'Deployed',
    etag: 'E1',
  }),
  'aws:acm/certificate:Certificate': ({ id, inputs }) => ({
    arn: id,
    domainValidationOptions: [
      {
        domainName: inputs['domainName'],
        resourceRecordName: `_1.${String(inputs['domainName'])}.`,
        resourceRecordType: 'CNAME',
        resourceRecordValue: '_2.acm-validations.aws.',
      },
    ],
    status: 'PENDING_VALIDATION',
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:route53/record:Record': ({ inputs }) => ({
    fqdn: String(inputs['name']).replace(/\.$/, ''),
  }),
  'aws:cloudfront/function:Function': ({ name }, { accountId }) => ({
    arn: `arn:aws:cloudfront::${accountId}:function/${name}`,
    etag: 'E1',
    status: 'UNASSOCIATED',
  }),
  'aws:cloudfront/cachePolicy:CachePolicy': () => ({ etag: 'E1' }),
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': () => ({ etag: 'E1' }),
  'aws:cloudfront/originAccessControl:OriginAccessControl': () => ({ etag: 'E1' }),
  'aws:iam/role:Role': ({ name, inputs }, { accountId }) => ({
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    uniqueId: 'AROA0123456789ABCDEFG',
    createDate: CREATED,
    inlinePolicies: [],
    managedPolicyArns: [],
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:lambda/function:Function': ({ name, inputs }, { arn, region }) => ({
    arn: arn('lambda', `function:${name}`),
    qualifiedArn: arn('lambda', `function:${name}:$LATEST`),
    invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn('lambda', `function:${name}`)}/invocations`,
    version: '$LATEST',
    lastModified: CREATED,
    tagsAll: inputs['tags'] ?? {},
  }),
  'aws:lambda/eventSourceMapping:EventSourceMapping': ({ id, inputs }, { arn }) => ({
    uuid: id,
    arn: arn('lambda', `event-source-mapping:${id}`),
    functionArn: inputs['functionName'],
    state: 'Enabled',
    stateTransitionReason: 'USER_INITIATED',
    tagsAll: inputs['tags'] ?? {},
  }),
};

/** @returns nothing for a type that computes nothing */
export function computedValues(
  type: string,
  resource: Physical,
  context: AccountContext,
): Properties {
  const { region, accountId } = context;
  const arn = (service: string, rest: string) =>
    `arn:aws:${service}:${region}:${accountId}:${rest}`;
  return COMPUTED_VALUES[type]?.(resource, { ...context, arn }) ?? {};
}

/** A key has it until a KeyPolicy replaces it. */
function keyPolicy(account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}
