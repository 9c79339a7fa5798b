import type { DeployedResource } from '../../engine/index.ts';
import type { EventSourceMappingSpec, FunctionSpec } from '@darkroom/local-lambda';
import {
  EVENT_SOURCE_MAPPING_TYPE,
  eventSourceMappingInputs,
  findFunction,
} from './event-source-mapping.ts';
import { FUNCTION_TYPE, functionInputs } from './function.ts';
import { codeDirectoryOf } from './package.ts';
import { QUEUE_TYPE } from '../sqs/queue.ts';

/** What the Lambda room has to run. */
export interface LambdaSpecs {
  readonly functions: FunctionSpec[];
  /** Without those that are switched off. */
  readonly mappings: EventSourceMappingSpec[];
}

/**
 * Reads the functions and their event source mappings out of a deployment's resources.
 *
 * @param dataDir the same that the deployment had: packages of several parts were unpacked below it
 * @throws Error when a mapping polls a queue that the program does not manage
 */
export function lambdaSpecs(resources: readonly DeployedResource[], dataDir: string): LambdaSpecs {
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    functions: ofType(FUNCTION_TYPE).map((resource) => functionSpec(resource, dataDir)),
    mappings: ofType(EVENT_SOURCE_MAPPING_TYPE).flatMap((resource) =>
      mappingSpec(resource, ofType),
    ),
  };
}

function functionSpec({ id, inputs, outputs }: DeployedResource, dataDir: string): FunctionSpec {
  const { code, handler, runtime, timeout, memorySize, environment } = functionInputs
    .strip()
    .parse(inputs);
  return {
    name: id,
    arn: outputs['arn'] as string,
    codeDirectory: codeDirectoryOf(id, code, dataDir),
    handler,
    runtime,
    timeoutSeconds: timeout,
    memoryMiB: memorySize,
    environment: environment?.variables ?? {},
  };
}

function mappingSpec(
  { id, inputs }: DeployedResource,
  ofType: (type: string) => DeployedResource[],
): EventSourceMappingSpec[] {
  const mapping = eventSourceMappingInputs.strip().parse(inputs);
  if (!mapping.enabled) return [];
  const { eventSourceArn, functionName, scalingConfig } = mapping;
  const queue = ofType(QUEUE_TYPE).find(({ outputs }) => outputs['arn'] === eventSourceArn);
  if (!queue) throw new Error(`the program does not manage the queue ${eventSourceArn}`);
  const maximumConcurrency = scalingConfig?.maximumConcurrency;
  return [
    {
      id,
      queueUrl: queue.id,
      queueArn: eventSourceArn,
      functionName: findFunction(ofType, functionName)?.id ?? functionName,
      batchSize: mapping.batchSize,
      batchWindowSeconds: mapping.maximumBatchingWindowInSeconds,
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      reportBatchItemFailures: mapping.functionResponseTypes?.length === 1,
    },
  ];
}
