export type { FunctionLog } from './execution-environment.ts';
export {
  LambdaConfigurationError,
  startLambda,
  type LambdaOptions,
  type LocalLambda,
} from './start-lambda.ts';
export type { EventSourceMappingSpec, FunctionSpec } from './types.ts';
