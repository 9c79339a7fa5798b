import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  defineResource,
  type Created,
  type Properties,
  type ResourceHandler,
} from '../engine/index.ts';
import { arnOf, type AwsContext } from './aws.ts';

/** Id of a resource, from its inputs and its physical name. */
type IdOf = (inputs: Properties, name: string, context: AwsContext) => string;

/** Types of AWS whose id is not their name: "Import" sections of the provider's documentation. */
const AWS_IDS: Readonly<Record<string, IdOf>> = {
  'aws:secretsmanager/secret:Secret': (_inputs, name, context) =>
    arnOf(context, 'secretsmanager', `secret:${name}-${randomBytes(3).toString('hex')}`),
  'aws:sfn/stateMachine:StateMachine': (_inputs, name, context) =>
    arnOf(context, 'states', `stateMachine:${name}`),
};

/** Inputs that are part of an id. A change of one replaces the resource. */
const ID_INPUTS = ['name', 'zoneId', 'type', 'setIdentifier'];

/**
 * Accepts a resource whose type has no handler. The resource has no effect: its outputs are its inputs, and outputs
 * that a provider computes are undefined. The id is the input `name`, or the name in the program with seven hex digits.
 * Resources of the AWS provider also get the outputs `name` and `arn`.
 *
 * @param name of the resource in the program
 */
export function unknownResource(type: string, name: string): ResourceHandler<AwsContext> {
  const isAws = type.startsWith('aws:');
  const [, module = ''] = type.split(':');
  const [service = '', kind = ''] = module.split('/');
  return defineResource({
    type,
    inputs: z.record(z.string(), z.json()),
    unknownType: true,
    replaceOn: ID_INPUTS,
    create(inputs, context: AwsContext): Created {
      const physicalName =
        typeof inputs['name'] === 'string'
          ? inputs['name']
          : `${name}-${randomBytes(4).toString('hex').slice(0, 7)}`;
      if (!isAws) return { id: physicalName, outputs: {} };
      const id = AWS_IDS[type]?.(inputs, physicalName, context) ?? physicalName;
      const arn = id.startsWith('arn:')
        ? id
        : arnOf(context, service, `${kind}/${id.replace(/^\//, '')}`);
      return { id, outputs: { name: physicalName, arn } };
    },
    update({ outputs }): Properties {
      const { name: physicalName, arn } = outputs;
      return isAws && physicalName && arn ? { name: physicalName, arn } : {};
    },
  });
}
