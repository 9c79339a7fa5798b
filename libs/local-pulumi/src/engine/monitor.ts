import resources from '@pulumi/pulumi/proto/resource_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Deployment } from './deployment.ts';
import type { HandlerContext } from './handler.ts';
import type { Monitor } from './messages.ts';
import { decode, encode } from './properties.ts';
import { registrationOf } from './registration.ts';

/**
 * Translates between a program's protobuf messages and a deployment. Pulumi's SDK rejects the features that
 * this monitor does not announce (transforms, hooks, output values, …). Without alias specifications the SDK sends
 * complete URNs, inherited aliases included.
 */
const FEATURES = [
  resources.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resources.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
];

export function createMonitor<Context extends HandlerContext>(
  deployment: Deployment<Context>,
): Monitor {
  return {
    getDeploymentInfo: () =>
      Promise.resolve(new resources.DeploymentInfo().setSupportedfeaturesList(FEATURES)),

    async registerResource(request) {
      const registered = await deployment.register(registrationOf(request));
      return new resources.RegisterResourceResponse()
        .setUrn(registered.urn)
        .setId(registered.id)
        .setObject(encode(registered.outputs, registered.secrets))
        .setResult(resources.Result.SUCCESS);
    },

    registerResourceOutputs(request) {
      deployment.setOutputs(request.getUrn(), decode(request.getOutputs()).values);
      return Promise.resolve(new empty.Empty());
    },

    async readResource(request) {
      const found = await deployment.read({
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        id: request.getId(),
        properties: decode(request.getProperties()).values,
      });
      return new resources.ReadResourceResponse()
        .setUrn(found.urn)
        .setProperties(encode(found.outputs, found.secrets))
        .setResult(resources.Result.SUCCESS);
    },

    async invoke(request) {
      const result = await deployment.invoke(request.getTok(), decode(request.getArgs()).values);
      return new resources.ResourceInvokeResponse().setReturn(encode(result, []));
    },

    // The deletions wait for the verdict on the program, which is not known yet.
    signalAndWaitForShutdown: () => Promise.resolve(new empty.Empty()),
  };
}
