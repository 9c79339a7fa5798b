import {
  GetBucketNotificationConfigurationCommand,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { FunctionHandler } from '../../engine/index.ts';
import type { AwsContext } from '../context.ts';

const args = z.looseObject({ bucket: z.string() });

/** Of queues alone: the embedded S3 takes no others. */
export const getBucketNotification: FunctionHandler<AwsContext> = {
  token: 'aws:s3/getBucketNotification:getBucketNotification',
  async invoke(raw, { s3, region }) {
    const { bucket } = args.parse(raw);
    const { QueueConfigurations = [] } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
    );
    const queues = QueueConfigurations.map(queue);
    return {
      id: bucket,
      bucket,
      region,
      eventbridge: false,
      lambdaFunctions: [],
      queues,
      topics: [],
    };
  },
};

function queue({ Id = '', QueueArn = '', Events = [], Filter }: QueueConfiguration) {
  const rule = (name: string) =>
    Filter?.Key?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === name)?.Value ?? '';
  return {
    id: Id,
    queueArn: QueueArn,
    events: Events,
    filterPrefix: rule('prefix'),
    filterSuffix: rule('suffix'),
  };
}
