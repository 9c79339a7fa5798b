import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** Lambda polls the queue and calls the function with batches; what the function could not do comes back alone. */
export function createTrigger(
  name: string,
  {
    queue,
    handler,
    settings,
  }: { queue: aws.sqs.Queue; handler: aws.lambda.Function; settings: Settings },
  opts: pulumi.CustomResourceOptions,
): aws.lambda.EventSourceMapping {
  return new aws.lambda.EventSourceMapping(
    `${name}-trigger`,
    {
      eventSourceArn: queue.arn,
      functionName: handler.arn,
      batchSize: settings.queue.batchSize,
      maximumBatchingWindowInSeconds: settings.queue.batchWindow,
      scalingConfig: { maximumConcurrency: settings.queue.maximumConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
      tags: settings.tags,
    },
    opts,
  );
}
