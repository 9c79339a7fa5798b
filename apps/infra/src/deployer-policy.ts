/**
 * The permissions of the identity that deploys: by resource type and operation, the IAM actions that the provider calls.
 * Compiled from the provider's sources and the Service Authorization Reference. Not verified on AWS.
 */

export interface Operations {
  readonly create: readonly string[];
  readonly read: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
  /** Resources in ARN form, with `PIPELINE` for the name of the pipeline. */
  readonly resources: readonly string[];
  /** Page of the Service Authorization Reference, or of the service's documentation. */
  readonly source: string;
}

const service = (prefix: string, names: string) =>
  names.split(' ').flatMap((name) => (name === '' ? [] : [`${prefix}:${name}`]));

/** Space-separated actions of each operation. */
function row(
  prefix: string,
  resources: readonly string[],
  actions: { create: string; read: string; update?: string; delete: string },
  source: string,
): Operations {
  return {
    create: service(prefix, actions.create),
    read: service(prefix, actions.read),
    update: service(prefix, actions.update ?? ''),
    delete: service(prefix, actions.delete),
    resources,
    source,
  };
}

const BUCKETS = ['arn:PARTITION:s3:::PIPELINE-*'];
const s3 = (put: string, get: string, remove: string) =>
  row('s3', BUCKETS, { create: put, read: get, update: put, delete: remove }, 'Amazon S3');
const QUEUES = ['arn:PARTITION:sqs:REGION:ACCOUNT:PIPELINE-*'];
const queueAttributes = row(
  ...(['sqs', QUEUES] as const),
  {
    create: 'SetQueueAttributes',
    read: 'GetQueueAttributes',
    update: 'SetQueueAttributes',
    delete: 'SetQueueAttributes',
  },
  'Amazon SQS',
);
const FUNCTIONS = ['arn:PARTITION:lambda:REGION:ACCOUNT:function:PIPELINE-*'];
const ROLES = ['arn:PARTITION:iam::ACCOUNT:role/PIPELINE-*'];
const TOPICS = ['arn:PARTITION:sns:REGION:ACCOUNT:PIPELINE-*'];
const RULES = ['arn:PARTITION:events:REGION:ACCOUNT:rule/PIPELINE-*'];
const cloudFront = (kind: string) =>
  row(
    ...(['cloudfront', ['*']] as const),
    {
      create: `Create${kind}`,
      read: `Get${kind}`,
      update: `Update${kind}`,
      delete: `Delete${kind}`,
    },
    'Amazon CloudFront',
  );

/** A row for each type that the program registers. */
export const DEPLOYER_ACTIONS: Readonly<Record<string, Operations>> = {
  'aws:s3/bucket:Bucket': s3(
    'CreateBucket PutBucketTagging',
    'ListBucket GetBucketLocation GetBucketTagging GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration GetBucketPolicy',
    'DeleteBucket ListBucketVersions DeleteObject DeleteObjectVersion',
  ),
  'aws:s3/bucketCorsConfiguration:BucketCorsConfiguration': s3(
    'PutBucketCORS',
    'GetBucketCORS',
    'PutBucketCORS',
  ),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': s3(
    'PutLifecycleConfiguration',
    'GetLifecycleConfiguration',
    'PutLifecycleConfiguration',
  ),
  'aws:s3/bucketNotification:BucketNotification': s3(
    'PutBucketNotification',
    'GetBucketNotification',
    'PutBucketNotification',
  ),
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': s3(
    'PutBucketOwnershipControls',
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
  ),
  'aws:s3/bucketPolicy:BucketPolicy': s3(
    'PutBucketPolicy',
    'GetBucketPolicy',
    'DeleteBucketPolicy',
  ),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': s3(
    'PutBucketPublicAccessBlock',
    'GetBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
  ),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': s3(
    'PutEncryptionConfiguration',
    'GetEncryptionConfiguration',
    'PutEncryptionConfiguration',
  ),
  'aws:s3/bucketVersioning:BucketVersioning': s3(
    'PutBucketVersioning',
    'GetBucketVersioning',
    'PutBucketVersioning',
  ),
  'aws:sqs/queue:Queue': row(
    'sqs',
    QUEUES,
    {
      create: 'CreateQueue TagQueue',
      read: 'GetQueueAttributes GetQueueUrl ListQueueTags',
      update: 'SetQueueAttributes TagQueue UntagQueue',
      delete: 'DeleteQueue',
    },
    'Amazon SQS',
  ),
  'aws:sqs/queuePolicy:QueuePolicy': queueAttributes,
  'aws:sqs/redriveAllowPolicy:RedriveAllowPolicy': queueAttributes,
  'aws:lambda/function:Function': row(
    'lambda',
    FUNCTIONS,
    {
      create: 'CreateFunction PutFunctionConcurrency TagResource',
      read: 'GetFunction GetFunctionCodeSigningConfig GetFunctionConcurrency ListVersionsByFunction',
      update:
        'UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency DeleteFunctionConcurrency TagResource UntagResource',
      delete: 'DeleteFunction',
    },
    'AWS Lambda',
  ),
  'aws:lambda/eventSourceMapping:EventSourceMapping': row(
    'lambda',
    ['*'],
    {
      create: 'CreateEventSourceMapping TagResource',
      read: 'GetEventSourceMapping ListTags',
      update: 'UpdateEventSourceMapping TagResource UntagResource',
      delete: 'DeleteEventSourceMapping',
    },
    'AWS Lambda',
  ),
  'aws:iam/role:Role': row(
    'iam',
    ROLES,
    {
      create: 'CreateRole TagRole PassRole PutRolePermissionsBoundary',
      read: 'GetRole ListRolePolicies ListAttachedRolePolicies',
      update:
        'UpdateAssumeRolePolicy TagRole UntagRole PutRolePermissionsBoundary DeleteRolePermissionsBoundary',
      delete: 'DeleteRole ListInstanceProfilesForRole',
    },
    'AWS Identity and Access Management',
  ),
  'aws:iam/rolePolicy:RolePolicy': row(
    'iam',
    ROLES,
    {
      create: 'PutRolePolicy',
      read: 'GetRolePolicy',
      update: 'PutRolePolicy',
      delete: 'DeleteRolePolicy',
    },
    'AWS Identity and Access Management',
  ),
  'aws:cloudwatch/logGroup:LogGroup': row(
    'logs',
    ['arn:PARTITION:logs:REGION:ACCOUNT:log-group:PIPELINE-*'],
    {
      create: 'CreateLogGroup PutRetentionPolicy AssociateKmsKey TagResource',
      read: 'DescribeLogGroups ListTagsForResource',
      update: 'PutRetentionPolicy AssociateKmsKey DisassociateKmsKey TagResource UntagResource',
      delete: 'DeleteLogGroup',
    },
    'Amazon CloudWatch Logs',
  ),
  'aws:cloudwatch/queryDefinition:QueryDefinition': row(
    'logs',
    ['*'],
    {
      create: 'PutQueryDefinition',
      read: 'DescribeQueryDefinitions',
      update: 'PutQueryDefinition',
      delete: 'DeleteQueryDefinition',
    },
    'Amazon CloudWatch Logs',
  ),
  'aws:cloudwatch/metricAlarm:MetricAlarm': row(
    'cloudwatch',
    ['*'],
    {
      create: 'PutMetricAlarm TagResource',
      read: 'DescribeAlarms ListTagsForResource',
      update: 'PutMetricAlarm TagResource UntagResource',
      delete: 'DeleteAlarms',
    },
    'Amazon CloudWatch',
  ),
  'aws:cloudwatch/dashboard:Dashboard': row(
    'cloudwatch',
    ['*'],
    {
      create: 'PutDashboard',
      read: 'GetDashboard',
      update: 'PutDashboard',
      delete: 'DeleteDashboards',
    },
    'Amazon CloudWatch',
  ),
  'aws:cloudwatch/eventBus:EventBus': row(
    'events',
    ['arn:PARTITION:events:REGION:ACCOUNT:event-bus/PIPELINE-*'],
    {
      create: 'CreateEventBus TagResource',
      read: 'DescribeEventBus ListTagsForResource',
      update: 'UpdateEventBus TagResource UntagResource',
      delete: 'DeleteEventBus',
    },
    'Amazon EventBridge',
  ),
  'aws:cloudwatch/eventRule:EventRule': row(
    'events',
    RULES,
    {
      create: 'PutRule TagResource',
      read: 'DescribeRule ListTagsForResource',
      update: 'PutRule TagResource UntagResource',
      delete: 'DeleteRule',
    },
    'Amazon EventBridge',
  ),
  'aws:cloudwatch/eventTarget:EventTarget': row(
    'events',
    RULES,
    {
      create: 'PutTargets',
      read: 'ListTargetsByRule',
      update: 'PutTargets',
      delete: 'RemoveTargets',
    },
    'Amazon EventBridge',
  ),
  'aws:ssm/parameter:Parameter': row(
    'ssm',
    ['arn:PARTITION:ssm:REGION:ACCOUNT:parameter/PIPELINE-*'],
    {
      create: 'PutParameter AddTagsToResource',
      read: 'GetParameter GetParameters ListTagsForResource',
      update: 'PutParameter AddTagsToResource RemoveTagsFromResource',
      delete: 'DeleteParameter',
    },
    'AWS Systems Manager',
  ),
  'aws:sns/topic:Topic': row(
    'sns',
    TOPICS,
    {
      create: 'CreateTopic SetTopicAttributes TagResource',
      read: 'GetTopicAttributes ListTagsForResource',
      update: 'SetTopicAttributes TagResource UntagResource',
      delete: 'DeleteTopic',
    },
    'Amazon SNS',
  ),
  'aws:sns/topicPolicy:TopicPolicy': row(
    'sns',
    TOPICS,
    {
      create: 'SetTopicAttributes',
      read: 'GetTopicAttributes',
      update: 'SetTopicAttributes',
      delete: 'SetTopicAttributes',
    },
    'Amazon SNS',
  ),
  'aws:sns/topicSubscription:TopicSubscription': row(
    'sns',
    TOPICS,
    {
      create: 'Subscribe SetSubscriptionAttributes',
      read: 'GetSubscriptionAttributes ListSubscriptionsByTopic',
      update: 'SetSubscriptionAttributes',
      delete: 'Unsubscribe',
    },
    'Amazon SNS',
  ),
  'aws:kms/key:Key': row(
    'kms',
    ['*'],
    {
      create: 'CreateKey EnableKeyRotation TagResource',
      read: 'DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags',
      update: 'UpdateKeyDescription EnableKeyRotation TagResource UntagResource',
      delete: 'ScheduleKeyDeletion',
    },
    'AWS Key Management Service',
  ),
  'aws:kms/alias:Alias': row(
    'kms',
    ['*'],
    { create: 'CreateAlias', read: 'ListAliases', update: 'UpdateAlias', delete: 'DeleteAlias' },
    'AWS Key Management Service',
  ),
  'aws:kms/keyPolicy:KeyPolicy': row(
    'kms',
    ['*'],
    {
      create: 'PutKeyPolicy',
      read: 'GetKeyPolicy',
      update: 'PutKeyPolicy',
      delete: 'PutKeyPolicy',
    },
    'AWS Key Management Service',
  ),
  'aws:cloudfront/distribution:Distribution': row(
    'cloudfront',
    ['*'],
    {
      create: 'CreateDistribution CreateDistributionWithTags TagResource',
      read: 'GetDistribution ListTagsForResource',
      update: 'UpdateDistribution TagResource UntagResource',
      delete: 'UpdateDistribution DeleteDistribution',
    },
    'Amazon CloudFront',
  ),
  'aws:cloudfront/function:Function': row(
    'cloudfront',
    ['*'],
    {
      create: 'CreateFunction PublishFunction',
      read: 'DescribeFunction GetFunction',
      update: 'UpdateFunction PublishFunction',
      delete: 'DeleteFunction',
    },
    'Amazon CloudFront',
  ),
  'aws:cloudfront/cachePolicy:CachePolicy': cloudFront('CachePolicy'),
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': cloudFront('ResponseHeadersPolicy'),
  'aws:cloudfront/originAccessControl:OriginAccessControl': cloudFront('OriginAccessControl'),
  'aws:acm/certificate:Certificate': row(
    'acm',
    ['*'],
    {
      create: 'RequestCertificate AddTagsToCertificate',
      read: 'DescribeCertificate ListTagsForCertificate',
      update: 'AddTagsToCertificate RemoveTagsFromCertificate',
      delete: 'DeleteCertificate',
    },
    'AWS Certificate Manager',
  ),
  'aws:acm/certificateValidation:CertificateValidation': row(
    'acm',
    ['*'],
    { create: 'DescribeCertificate', read: 'DescribeCertificate', delete: '' },
    'AWS Certificate Manager',
  ),
  'aws:route53/record:Record': row(
    'route53',
    ['arn:PARTITION:route53:::hostedzone/*', 'arn:PARTITION:route53:::change/*'],
    {
      create: 'ChangeResourceRecordSets GetChange',
      read: 'ListResourceRecordSets GetHostedZone',
      update: 'ChangeResourceRecordSets GetChange',
      delete: 'ChangeResourceRecordSets GetChange',
    },
    'Amazon Route 53',
  ),
};

/** Of the program's look-ups and of `npm run deploy` with its smoke test. */
const OTHERS: readonly (readonly [resources: readonly string[], actions: readonly string[]])[] = [
  [
    ['*'],
    [
      // `ssm:DescribeParameters` knows no resources. The provider reads a parameter's tier with it.
      ...['sts:GetCallerIdentity', 'lambda:GetAccountSettings', 'route53:ListHostedZones'],
      'ssm:DescribeParameters',
    ],
  ],
  [
    ['arn:PARTITION:s3:::PIPELINE-*/*'],
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
  ],
];

/**
 * The policy for one pipeline, with the placeholders PARTITION, REGION, ACCOUNT and PIPELINE. It is larger than a managed
 * policy (6,144 characters) for programs with all features: attach it in parts, or as the inline policies of a role.
 */
export function deployerPolicy(types: readonly string[] = Object.keys(DEPLOYER_ACTIONS)) {
  const byResources = new Map<string, Set<string>>();
  const add = (resources: readonly string[], actions: readonly string[]) => {
    const key = JSON.stringify(resources);
    const all = byResources.get(key) ?? new Set();
    for (const action of actions) all.add(action);
    byResources.set(key, all);
  };
  for (const type of types) {
    const operations = DEPLOYER_ACTIONS[type];
    if (!operations) throw new Error(`Which actions does ${type} need?`);
    const { create, read, update, delete: remove, resources } = operations;
    add(resources, [...create, ...read, ...update, ...remove]);
  }
  for (const [resources, actions] of OTHERS) add(resources, actions);
  return {
    Version: '2012-10-17',
    Statement: [...byResources].map(([resources, actions]) => ({
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource: JSON.parse(resources) as string[],
    })),
  };
}
