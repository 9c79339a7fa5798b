export { archiveSchema, assetSchema, type Archive, type Asset } from './assets.ts';
export { autoName, check, understoodInputs } from './check.ts';
export { deploy, type DeployOptions, type DeploymentResult } from './deploy.ts';
export { DeploymentError, type DeploymentErrorCode } from './deployment-error.ts';
export type { Changes, DeploymentEvent, NotEmulated, Operation } from './events.ts';
export {
  defineResource,
  type AutoName,
  type Created,
  type Deployed,
  type DeployedResource,
  type Existing,
  type FunctionHandler,
  type HandlerContext,
  type Handlers,
  type ResourceDefinition,
  type ResourceHandler,
} from './handler.ts';
export type { Properties, Value } from './properties.ts';
export { readStackConfig, type StackConfig } from './stack-config.ts';
export { State } from './state.ts';
