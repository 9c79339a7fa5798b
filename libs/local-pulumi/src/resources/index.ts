/** What of AWS a Pulumi program may use locally. One more resource: one file, and one line in this list. */
import type { Handlers } from '../engine/index.ts';
import { cachePolicy } from './cloudfront/cache-policy.ts';
import { distribution } from './cloudfront/distribution.ts';
import { cloudFrontFunction } from './cloudfront/function.ts';
import { originAccessControl } from './cloudfront/origin-access-control.ts';
import { responseHeadersPolicy } from './cloudfront/response-headers-policy.ts';
import { dashboard } from './cloudwatch/dashboard.ts';
import { logGroup } from './cloudwatch/log-group.ts';
import { metricAlarm } from './cloudwatch/metric-alarm.ts';
import { queryDefinition } from './cloudwatch/query-definition.ts';
import type { AwsContext } from './context.ts';
import { eventBus } from './events/event-bus.ts';
import { eventRule } from './events/event-rule.ts';
import { eventTarget } from './events/event-target.ts';
import { getBucketNotification } from './functions/get-bucket-notification.ts';
import { getBucket } from './functions/get-bucket.ts';
import { getCallerIdentity } from './functions/get-caller-identity.ts';
import { getPartition } from './functions/get-partition.ts';
import { getPolicyDocument } from './functions/get-policy-document.ts';
import { getRegion } from './functions/get-region.ts';
import { rolePolicyAttachment } from './iam/role-policy-attachment.ts';
import { rolePolicy } from './iam/role-policy.ts';
import { role } from './iam/role.ts';
import { alias } from './kms/alias.ts';
import { keyPolicy } from './kms/key-policy.ts';
import { key } from './kms/key.ts';
import { eventSourceMapping } from './lambda/event-source-mapping.ts';
import { functionEventInvokeConfig } from './lambda/function-event-invoke-config.ts';
import { lambdaFunction } from './lambda/function.ts';
import { permission } from './lambda/permission.ts';
import { provider } from './provider.ts';
import { bucketCorsConfiguration } from './s3/bucket-cors-configuration.ts';
import { bucketLifecycleConfiguration } from './s3/bucket-lifecycle-configuration.ts';
import { bucketNotification } from './s3/bucket-notification.ts';
import { bucketOwnershipControls } from './s3/bucket-ownership-controls.ts';
import { bucketPolicy } from './s3/bucket-policy.ts';
import { bucketPublicAccessBlock } from './s3/bucket-public-access-block.ts';
import { bucketServerSideEncryptionConfiguration } from './s3/bucket-server-side-encryption-configuration.ts';
import { bucketVersioning } from './s3/bucket-versioning.ts';
import { bucket } from './s3/bucket.ts';
import { topicPolicy } from './sns/topic-policy.ts';
import { topicSubscription } from './sns/topic-subscription.ts';
import { topic } from './sns/topic.ts';
import { queuePolicy } from './sqs/queue-policy.ts';
import { queueRedriveAllowPolicy } from './sqs/queue-redrive-allow-policy.ts';
import { queueRedrivePolicy } from './sqs/queue-redrive-policy.ts';
import { queue } from './sqs/queue.ts';

export type { AwsContext } from './context.ts';
export { lambdaSpecs, type LambdaSpecs } from './lambda-specs.ts';

export const handlers: Handlers<AwsContext> = {
  resources: [
    provider,

    bucket,
    bucketCorsConfiguration,
    bucketLifecycleConfiguration,
    bucketNotification,
    bucketOwnershipControls,
    bucketPolicy,
    bucketPublicAccessBlock,
    bucketServerSideEncryptionConfiguration,
    bucketVersioning,

    queue,
    queuePolicy,
    queueRedriveAllowPolicy,
    queueRedrivePolicy,

    lambdaFunction,
    eventSourceMapping,
    functionEventInvokeConfig,
    permission,

    role,
    rolePolicy,
    rolePolicyAttachment,

    logGroup,
    metricAlarm,
    dashboard,
    queryDefinition,

    topic,
    topicPolicy,
    topicSubscription,

    key,
    keyPolicy,
    alias,

    eventBus,
    eventRule,
    eventTarget,

    distribution,
    cachePolicy,
    responseHeadersPolicy,
    originAccessControl,
    cloudFrontFunction,
  ],
  functions: [
    getBucket,
    getBucketNotification,
    getCallerIdentity,
    getPartition,
    getPolicyDocument,
    getRegion,
  ],
};
