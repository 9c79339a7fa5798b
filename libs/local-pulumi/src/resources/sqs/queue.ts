import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { defineResource, type Properties } from '../../engine/index.ts';
import { type AwsContext, AwsError, unlessAbsent } from '../aws.ts';
import { jsonText, policyText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';

export const QUEUE_TYPE = 'aws:sqs/queue:Queue';

/** SQS developer guide, "Using dead-letter queues". */
const redrivePolicy = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

const redriveAllowPolicy = z.strictObject({
  redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
  sourceQueueArns: z.array(z.string()).min(1).max(10).optional(),
});

export const redrivePolicyText = jsonText(redrivePolicy, 'the redrive policy');
export const redriveAllowPolicyText = jsonText(redriveAllowPolicy, 'the redrive allow policy');

/** Ranges and defaults: SQS API reference, "CreateQueue". */
const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,75}(\.fifo)?$|^[A-Za-z0-9_-]{1,80}$/, 'is no queue name'),
  visibilityTimeoutSeconds: z.int().min(0).max(43_200).default(30),
  messageRetentionSeconds: z.int().min(60).max(1_209_600).default(345_600),
  delaySeconds: z.int().min(0).max(900).default(0),
  receiveWaitTimeSeconds: z.int().min(0).max(20).default(0),
  maxMessageSize: z.int().min(1024).max(1_048_576).default(1_048_576),
  fifoQueue: z.boolean().default(false),
  contentBasedDeduplication: z.boolean().default(false),
  policy: policyText.optional(),
  redrivePolicy: redrivePolicyText.optional(),
  redriveAllowPolicy: redriveAllowPolicyText.optional(),
});
type Inputs = z.output<typeof schema>;

export const queue = defineResource({
  type: QUEUE_TYPE,
  inputs: schema,
  ignoredInputs: {
    ...COMMON_IGNORED,
    sqsManagedSseEnabled: WHY.encryption,
    kmsMasterKeyId: WHY.encryption,
    kmsDataKeyReusePeriodSeconds: WHY.encryption,
    deduplicationScope: 'deduplication is by queue here',
    fifoThroughputLimit: 'throughput is not limited here',
  },
  autoName: {
    property: 'name',
    maxLength: 80,
    suffix: ({ fifoQueue }) => (fifoQueue === true ? '.fifo' : ''),
  },
  replaceOn: ['name', 'fifoQueue'],
  async create(inputs, context: AwsContext) {
    await requireDeadLetterQueue(context, inputs);
    const { QueueUrl: url = '' } = await context.sqs.send(
      new CreateQueueCommand({
        QueueName: inputs.name,
        ...(inputs.fifoQueue && { Attributes: { FifoQueue: 'true' } }),
      }),
    );
    // Afterwards, because SQS refuses a name that is taken by a queue with other attributes.
    await setAttributes(context, url, attributesOf(inputs));
    return { id: url, outputs: outputsOf(url, await arn(context, url)) };
  },
  locate: ({ name }, context) => queueUrlOf(context, name),
  async read({ id }, context) {
    const found = await unlessAbsent(NO_QUEUE, arn(context, id));
    return found === undefined ? undefined : outputsOf(id, found);
  },
  async update({ id, inputs: before, outputs }, inputs, context) {
    await requireDeadLetterQueue(context, inputs);
    await setAttributes(context, id, {
      // What the queue itself no longer says; an empty text takes it away.
      ...(before.policy !== undefined && { Policy: '' }),
      ...(before.redrivePolicy !== undefined && { RedrivePolicy: '' }),
      ...(before.redriveAllowPolicy !== undefined && { RedriveAllowPolicy: '' }),
      ...attributesOf(inputs),
    });
    return outputsOf(id, outputs['arn'] as string);
  },
  async delete({ id }, { sqs }) {
    await unlessAbsent(NO_QUEUE, sqs.send(new DeleteQueueCommand({ QueueUrl: id })));
  },
});

function outputsOf(url: string, arn: string): Properties {
  return { url, arn, name: arn.split(':').at(-1) ?? '', tagsAll: {} };
}

async function arn({ sqs }: AwsContext, url: string): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.['QueueArn'] ?? '';
}

async function setAttributes(
  { sqs }: AwsContext,
  url: string,
  attributes: Record<string, string>,
): Promise<void> {
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes }));
}

/** What can change. What has resources of its own (policies) is named only where the queue itself sets it. */
function attributesOf(inputs: Inputs): Record<string, string> {
  const attributes = {
    VisibilityTimeout: inputs.visibilityTimeoutSeconds,
    MessageRetentionPeriod: inputs.messageRetentionSeconds,
    DelaySeconds: inputs.delaySeconds,
    ReceiveMessageWaitTimeSeconds: inputs.receiveWaitTimeSeconds,
    MaximumMessageSize: inputs.maxMessageSize,
    ContentBasedDeduplication: inputs.fifoQueue ? inputs.contentBasedDeduplication : undefined,
    Policy: inputs.policy,
    RedrivePolicy: inputs.redrivePolicy,
    RedriveAllowPolicy: inputs.redriveAllowPolicy,
  };
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}

/** SQS's codes for a queue that is not there: of the query protocol, and of the JSON protocol. */
export const NO_QUEUE = ['AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist'];

/** The URL of the queue with this name or ARN; undefined if it does not exist. */
export async function queueUrlOf(
  { sqs }: AwsContext,
  nameOrArn: string,
): Promise<string | undefined> {
  const name = nameOrArn.split(':').at(-1);
  const found = sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return (await unlessAbsent(NO_QUEUE, found))?.QueueUrl;
}

/** @throws AwsError as SQS does for a dead-letter queue that is not there */
export async function requireDeadLetterQueue(
  context: AwsContext,
  { redrivePolicy: text }: { redrivePolicy?: string | undefined },
): Promise<void> {
  if (text === undefined) return;
  const { deadLetterTargetArn } = redrivePolicy.parse(JSON.parse(text));
  if ((await queueUrlOf(context, deadLetterTargetArn)) !== undefined) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
  );
}
