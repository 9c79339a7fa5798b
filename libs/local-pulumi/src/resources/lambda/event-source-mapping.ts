import { randomUUID } from 'node:crypto';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { defineResource, type Deployed, type Properties } from '../../engine/index.ts';
import { arnOf, type AwsContext, AwsError } from '../aws.ts';
import { COMMON_IGNORED } from '../not-emulated.ts';
import { queueUrlOf } from '../sqs/queue.ts';
import { FUNCTION_TYPE, functionInputs } from './function.ts';

export const EVENT_SOURCE_MAPPING_TYPE = 'aws:lambda/eventSourceMapping:EventSourceMapping';

/** Ranges and defaults for SQS: Lambda API reference, "CreateEventSourceMapping". */
export const eventSourceMappingInputs = z
  .strictObject({
    eventSourceArn: z.string().regex(/^arn:aws:sqs:/, 'only queues are polled here'),
    /** Name or ARN. */
    functionName: z.string().min(1),
    batchSize: z.int().min(1).max(10_000).default(10),
    maximumBatchingWindowInSeconds: z.int().min(0).max(300).default(0),
    scalingConfig: z
      .strictObject({ maximumConcurrency: z.int().min(2).max(1000).optional() })
      .optional(),
    functionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).optional(),
    enabled: z.boolean().default(true),
  })
  .refine(
    ({ batchSize, maximumBatchingWindowInSeconds }) =>
      batchSize <= 10 || maximumBatchingWindowInSeconds >= 1,
    'a batch size above 10 needs "maximumBatchingWindowInSeconds" of at least 1',
  );
type Inputs = z.output<typeof eventSourceMappingInputs>;

/** Its effect is in the Lambda room, which runs what `lambda-specs.ts` finds in the state. */
export const eventSourceMapping = defineResource({
  type: EVENT_SOURCE_MAPPING_TYPE,
  inputs: eventSourceMappingInputs,
  ignoredInputs: { ...COMMON_IGNORED, metricsConfig: 'there is no CloudWatch here' },
  replaceOn: ['eventSourceArn'],
  async create(inputs, context: AwsContext, deployed) {
    const functionArn = await requireParts(inputs, context, deployed);
    const id = randomUUID();
    return { id, outputs: outputsOf(id, inputs, functionArn, context) };
  },
  async update({ id }, inputs, context, deployed) {
    return outputsOf(id, inputs, await requireParts(inputs, context, deployed), context);
  },
});

/** The function that a mapping names by its name or ARN. */
export function findFunction(deployed: Deployed, nameOrArn: string) {
  return deployed(FUNCTION_TYPE).find(
    ({ id, outputs }) => id === nameOrArn || outputs['arn'] === nameOrArn,
  );
}

/** @returns the function's ARN */
async function requireParts(
  { eventSourceArn, functionName }: Inputs,
  context: AwsContext,
  deployed: Deployed,
): Promise<string> {
  const target = findFunction(deployed, functionName);
  if (!target)
    throw new AwsError('ResourceNotFoundException', `Function not found: ${functionName}`);
  const url = await queueUrlOf(context, eventSourceArn);
  if (url === undefined) {
    throw new AwsError('InvalidParameterValueException', `there is no queue ${eventSourceArn}`);
  }
  const { Attributes } = await context.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['VisibilityTimeout'] }),
  );
  const visibilityTimeout = Number(Attributes?.['VisibilityTimeout']);
  const timeout = functionInputs.shape.timeout.parse(target.inputs['timeout']);
  if (visibilityTimeout < timeout) {
    throw new AwsError(
      'InvalidParameterValueException',
      `Queue visibility timeout: ${visibilityTimeout} seconds is less than Function timeout: ${timeout} seconds`,
    );
  }
  return target.outputs['arn'] as string;
}

function outputsOf(
  id: string,
  { enabled }: Inputs,
  functionArn: string,
  context: AwsContext,
): Properties {
  return {
    uuid: id,
    arn: arnOf(context, 'lambda', `event-source-mapping:${id}`),
    functionArn,
    state: enabled ? 'Enabled' : 'Disabled',
    tagsAll: {},
  };
}
