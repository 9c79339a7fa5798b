import { type Resource, RULES, Stack, type Violation, violations } from '@darkroom/policy';
import { ImagePipeline } from '../image-pipeline.ts';
import { create } from './provider.ts';
import type { MockedDeployment, MockedResource } from './run-with-mocks.ts';

/** Where a deployment breaks the rules that users have as a policy pack. */
export function brokenRules(deployment: MockedDeployment): Violation[] {
  return violations(RULES, policyStack(deployment));
}

/** A deployment as the rules of `apps/policy` see it: inputs, and what a provider makes of them. */
export function policyStack({ resources }: MockedDeployment): Stack {
  return new Stack(resources.map(policyResource));
}

function policyResource(resource: MockedResource): Resource {
  const { type, name, parent, protect, retainOnDelete } = resource;
  const { id, state } = create(resource);
  // As in a URN.
  const around = parent instanceof ImagePipeline ? 'darkroom:index:ImagePipeline$' : '';
  return {
    ...{ id: `${around}${type} ${name}`, type, name, protect, retainOnDelete },
    properties: { ...state, id },
  };
}

/** Deletion protection of everything that holds data: buckets and the key that encrypts them. */
export function dataOptions({ resources }: MockedDeployment) {
  return resources
    .filter(({ type }) => /:(?:Bucket|Key)$/.test(type))
    .map(({ name, protect, retainOnDelete }) => ({ name, protect, retainOnDelete }));
}
