export {
  autoName,
  check,
  deploy,
  DeploymentError,
  readStackConfig,
  State,
  understoodInputs,
  type DeployOptions,
  type DeployedResource,
  type DeploymentErrorCode,
  type DeploymentEvent,
  type DeploymentResult,
  type Handlers,
  type NotEmulated,
} from './engine/index.ts';
export type { AwsContext } from './resources/aws.ts';
export { handlers } from './resources/handlers.ts';
export { parametersOf } from './resources/state-only.ts';
export { lambdaSpecs, type LambdaSpecs } from './resources/lambda/lambda-specs.ts';
