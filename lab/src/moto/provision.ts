import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parseSettings, type SettingsInput } from '@darkroom/pipeline';
import type { StackInfo } from '@darkroom/local/api';

export const REGION = 'us-east-1';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Seconds: moto does not change it later, and the message of a killed worker has to come again soon. */
const VISIBILITY_TIMEOUT = 15;

export interface Provisioned {
  readonly info: StackInfo;
  readonly queueArn: string;
}

/** What the Pulumi program makes, as far as the function needs it, with a source bucket that keeps its versions. */
export async function provision(endpoint: string, pipeline: SettingsInput): Promise<Provisioned> {
  const options = { endpoint, region: REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const sqs = new SQSClient(options);
  const settings = parseSettings(pipeline, 'the second opinion');
  const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const { Attributes: made } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { url: QueueUrl, arn: made?.QueueArn ?? '' };
  };
  const deadLetters = await createQueue('dead-letters');
  const { maxReceiveCount } = settings.queue;
  const queue = await createQueue('uploads', {
    VisibilityTimeout: String(VISIBILITY_TIMEOUT),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  const [sourceBucket, processedBucket] = ['second-opinion-source', 'second-opinion-processed'];
  for (const Bucket of [sourceBucket, processedBucket])
    await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: sourceBucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: sourceBucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          { QueueArn: queue.arn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] },
        ],
      },
    }),
  );
  s3.destroy();
  sqs.destroy();
  return {
    queueArn: queue.arn,
    info: {
      ...{ stack: 'second-opinion', endpoint, region: REGION, sourceBucket, processedBucket },
      ...{ queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url },
      recipes: settings.recipes.map(({ name, match, variants }) => ({
        ...{ name, match },
        variants: variants.map((variant) => variant.name),
      })),
    },
  };
}
