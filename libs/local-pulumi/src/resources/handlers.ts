/** The resource types and functions of AWS that a program can use on this machine. */
import type { Handlers } from '../engine/index.ts';
import type { AwsContext } from './aws.ts';
import { functions } from './functions.ts';
import { eventSourceMapping } from './lambda/event-source-mapping.ts';
import { lambdaFunction } from './lambda/function.ts';
import { bucketLifecycleConfiguration } from './s3/bucket-lifecycle-configuration.ts';
import { bucketNotification } from './s3/bucket-notification.ts';
import {
  bucketCorsConfiguration,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketServerSideEncryptionConfiguration,
  bucketVersioning,
} from './s3/bucket-settings.ts';
import { bucket } from './s3/bucket.ts';
import {
  queuePolicy,
  queueRedriveAllowPolicy,
  queueRedrivePolicy,
} from './sqs/queue-attributes.ts';
import { queue } from './sqs/queue.ts';
import { stateOnlyResources } from './state-only.ts';
import { unknownResource } from './unknown.ts';

export const handlers: Handlers<AwsContext> = {
  resources: [
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

    ...stateOnlyResources,
  ],
  functions,
  unknownResource,
};
