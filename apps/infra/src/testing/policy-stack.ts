import { Stack, type Resource } from '@darkroom/policy';
import { create } from './provider.ts';
import type { MockedDeployment, MockedResource } from './run-with-mocks.ts';

/** A deployment as the rules of `apps/policy` see it: inputs, and what a provider makes of them. */
export function policyStack({ resources }: MockedDeployment): Stack {
  return new Stack(resources.map(policyResource));
}

function policyResource(resource: MockedResource): Resource {
  const { type, name, protect, retainOnDelete } = resource;
  const { id, state } = create(resource);
  return {
    ...{ id: `${type} ${name}`, type, name, protect, retainOnDelete },
    properties: { ...state, id },
  };
}
