import {
  PolicyPack,
  type PolicyResource,
  type StackValidationPolicy,
  UnknownValueError,
} from '@pulumi/policy';
import { RULES } from './index.ts';
import { isAbout, type Rule } from './rule.ts';
import { type Resource, Stack } from './stack.ts';

/** Starts the policy pack: `pulumi preview --policy-pack apps/policy`. */
export function startPack(): PolicyPack {
  return new PolicyPack('darkroom', {
    description: 'What a stack of Darkroom keeps to: docs/security.md',
    enforcementLevel: 'mandatory',
    policies: RULES.map(policyOf),
  });
}

/** Every rule sees the whole stack, since most look at how resources hang together. */
function policyOf(rule: Rule): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateStack({ resources }, report) {
      const stack = new Stack(resources.map(resourceOf));
      for (const resource of stack.resources.filter((one) => isAbout(rule, one))) {
        const problem = knownProblem(rule, resource, stack);
        if (problem !== undefined) report(`${resource.name} ${problem}`, resource.id);
      }
    },
  };
}

/** Values that are unknown during the preview are checked during the update. */
function knownProblem(rule: Rule, resource: Resource, stack: Stack): string | undefined {
  try {
    return rule.problem(resource, stack);
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}

function resourceOf({
  urn,
  type,
  name,
  props,
  opts,
  propertyDependencies,
}: PolicyResource): Resource {
  return {
    ...{ id: urn, type, name, properties: props, protect: opts.protect },
    // Pulumi does not show it to policies.
    retainOnDelete: undefined,
    sources: Object.fromEntries(
      Object.entries(propertyDependencies).map(([property, from]) => [
        property,
        from.map((source) => source.urn),
      ]),
    ),
  };
}
