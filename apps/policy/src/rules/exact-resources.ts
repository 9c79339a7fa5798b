import type { Rule } from '../rule.ts';
import { hasPolicy, statementsOf } from '../statements.ts';
import { KEY, KEY_POLICY } from '../types.ts';

/** Actions that know no resources: AWS takes `*` alone (Service Authorization Reference, page of the service). */
const WITHOUT_RESOURCES: ReadonlySet<string> = new Set([
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
]);
/** One resource, or what is below one: the name of the thing itself is always there. */
const RESOURCE = /^arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:[^*?]+(?:[/:][^*?]*)?\*?$/;

export const exactResources: Rule = {
  name: 'exact-resources',
  description:
    'What a policy allows it allows on named resources, except for actions that know none.',
  of: hasPolicy,
  problem(resource) {
    // In a key's policy, `*` is the key: nothing else can be written there.
    const isOfKey = [KEY, KEY_POLICY].includes(resource.type);
    for (const { effect, actions, resources } of statementsOf(resource)) {
      if (effect === 'Deny') continue;
      const known = actions.filter((action) => !WITHOUT_RESOURCES.has(action));
      const inexact = resources.find(
        (one) => !RESOURCE.test(one) && !(one === '*' && (isOfKey || known.length === 0)),
      );
      if (inexact !== undefined) return `allows ${known.join(', ')} on ${inexact}`;
    }
    return undefined;
  },
};
