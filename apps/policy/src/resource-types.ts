/** Type tokens of Pulumi's AWS provider that rules name. */
export const BUCKET = 'aws:s3/bucket:Bucket';
export const PUBLIC_ACCESS_BLOCK = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock';
export const OWNERSHIP = 'aws:s3/bucketOwnershipControls:BucketOwnershipControls';
export const BUCKET_ENCRYPTION =
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration';
export const BUCKET_POLICY = 'aws:s3/bucketPolicy:BucketPolicy';
export const BUCKET_LIFECYCLE = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration';
export const BUCKET_ACL = 'aws:s3/bucketAcl:BucketAcl';
export const QUEUE = 'aws:sqs/queue:Queue';
export const QUEUE_POLICY = 'aws:sqs/queuePolicy:QueuePolicy';
export const TOPIC = 'aws:sns/topic:Topic';
export const TOPIC_POLICY = 'aws:sns/topicPolicy:TopicPolicy';
export const KEY = 'aws:kms/key:Key';
export const KEY_POLICY = 'aws:kms/keyPolicy:KeyPolicy';
export const FUNCTION = 'aws:lambda/function:Function';
export const EVENT_SOURCE_MAPPING = 'aws:lambda/eventSourceMapping:EventSourceMapping';
export const ROLE = 'aws:iam/role:Role';
export const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy';
export const IAM_POLICY = 'aws:iam/policy:Policy';
export const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup';
export const METRIC_ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm';
export const COMPOSITE_ALARM = 'aws:cloudwatch/compositeAlarm:CompositeAlarm';
export const EVENT_BUS = 'aws:cloudwatch/eventBus:EventBus';
export const CLOUDFRONT_FUNCTION = 'aws:cloudfront/function:Function';
export const EVENT_RULE = 'aws:cloudwatch/eventRule:EventRule';
export const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution';
