import {
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { defineResource, type ResourceHandler } from '../../engine/index.ts';
import { type AwsContext, unlessAbsent } from '../aws.ts';
import { policyText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import {
  NO_QUEUE,
  redriveAllowPolicyText,
  redrivePolicyText,
  requireDeadLetterQueue,
} from './queue.ts';

/** A resource that is one attribute of a queue; the queue's URL is its id. */
function queueAttribute<Input extends string>(definition: {
  type: string;
  attribute: QueueAttributeName;
  /** The input that holds the attribute's text. */
  input: Input;
  schema: z.ZodType<string>;
  /** Set when it has no effect here: why. */
  why?: string;
  require?: (context: AwsContext, inputs: Record<Input, string>) => Promise<void>;
}): ResourceHandler<AwsContext> {
  const { type, attribute, input, schema, why } = definition;
  const set = async ({ sqs }: AwsContext, url: string, value: string) => {
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { [attribute]: value } }),
    );
  };
  return defineResource({
    type,
    inputs: z.strictObject({ queueUrl: z.url(), [input]: schema }) as unknown as z.ZodType<
      Record<Input | 'queueUrl', string>
    >,
    ignoredInputs: { region: COMMON_IGNORED.region },
    ...(why && { notEmulated: why }),
    replaceOn: ['queueUrl'],
    async create(inputs, context: AwsContext) {
      await definition.require?.(context, inputs);
      await set(context, inputs.queueUrl, inputs[input]);
      return { id: inputs.queueUrl, outputs: {} };
    },
    locate: ({ queueUrl }) => queueUrl,
    async read({ id }, { sqs }) {
      const found = await unlessAbsent(
        NO_QUEUE,
        sqs.send(new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: [attribute] })),
      );
      return found?.Attributes?.[attribute] ? {} : undefined;
    },
    async update({ id }, inputs, context) {
      await definition.require?.(context, inputs);
      await set(context, id, inputs[input]);
      return {};
    },
    async delete({ id }, context) {
      await unlessAbsent(NO_QUEUE, set(context, id, ''));
    },
  });
}

/** Read by `send-permission.ts` when a bucket is to notify the queue; no other call is checked. */
export const queuePolicy = queueAttribute({
  type: 'aws:sqs/queuePolicy:QueuePolicy',
  attribute: 'Policy',
  input: 'policy',
  schema: policyText,
});

export const queueRedriveAllowPolicy = queueAttribute({
  type: 'aws:sqs/redriveAllowPolicy:RedriveAllowPolicy',
  attribute: 'RedriveAllowPolicy',
  input: 'redriveAllowPolicy',
  schema: redriveAllowPolicyText,
  why: WHY.permissions,
});

/** The other way of writing `redrivePolicy` of a queue. */
export const queueRedrivePolicy = queueAttribute({
  type: 'aws:sqs/redrivePolicy:RedrivePolicy',
  attribute: 'RedrivePolicy',
  input: 'redrivePolicy',
  schema: redrivePolicyText,
  require: requireDeadLetterQueue,
});
