import resources from '@pulumi/pulumi/proto/resource_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';

/** What the monitor answers, with the protobuf classes of each request and response. */
export const METHODS = {
  getDeploymentInfo: { request: empty.Empty, response: resources.DeploymentInfo },
  registerResource: {
    request: resources.RegisterResourceRequest,
    response: resources.RegisterResourceResponse,
  },
  registerResourceOutputs: {
    request: resources.RegisterResourceOutputsRequest,
    response: empty.Empty,
  },
  readResource: {
    request: resources.ReadResourceRequest,
    response: resources.ReadResourceResponse,
  },
  invoke: { request: resources.ResourceInvokeRequest, response: resources.ResourceInvokeResponse },
  signalAndWaitForShutdown: { request: empty.Empty, response: empty.Empty },
} as const;

export type Method = keyof typeof METHODS;
export type RequestOf<Name extends Method> = InstanceType<(typeof METHODS)[Name]['request']>;
export type ResponseOf<Name extends Method> = InstanceType<(typeof METHODS)[Name]['response']>;

/** Pulumi's resource monitor service without a transport. */
export type Monitor = {
  readonly [Name in Method]: (request: RequestOf<Name>) => Promise<ResponseOf<Name>>;
};
