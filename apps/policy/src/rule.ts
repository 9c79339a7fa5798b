import type { Resource, Stack } from './stack.ts';

/** What every stack of ours keeps to. A pure function of the resources, one file a rule. */
export interface Rule {
  /** For messages and for settings of the policy pack, for example `private-buckets`. */
  readonly name: string;
  /** One sentence: what has to be, and why. */
  readonly description: string;
  /** Which resources it is about: types, or a test. */
  readonly of: readonly string[] | ((resource: Resource) => boolean);
  /** @returns the problem of the resource; undefined if it keeps the rule */
  readonly problem: (resource: Resource, stack: Stack) => string | undefined;
}

export interface Violation {
  readonly rule: string;
  /** The resource's. */
  readonly name: string;
  readonly problem: string;
}

export function isAbout({ of }: Rule, resource: Resource): boolean {
  return typeof of === 'function' ? of(resource) : of.includes(resource.type);
}

/** Everything that is wrong with a stack. */
export function violations(rules: readonly Rule[], stack: Stack): Violation[] {
  return rules.flatMap((rule) =>
    stack.resources
      .filter((resource) => isAbout(rule, resource))
      .flatMap((resource) => {
        const problem = rule.problem(resource, stack);
        return problem === undefined ? [] : [{ rule: rule.name, name: resource.name, problem }];
      }),
  );
}
