export {
  deploy,
  DeploymentError,
  readStackConfig,
  State,
  type DeployOptions,
  type DeployedResource,
  type DeploymentErrorCode,
  type DeploymentEvent,
  type DeploymentResult,
  type Handlers,
  type NotEmulated,
} from './engine/index.ts';
export { handlers, lambdaSpecs, type AwsContext, type LambdaSpecs } from './resources/index.ts';
