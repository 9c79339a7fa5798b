import type { Rule } from '../rule.ts';
import { hasPolicy, statementsOf, type Statement } from '../statements.ts';
import { KEY, KEY_POLICY } from '../types.ts';

/** Whole name of an action. */
const ACTION = /^[a-z0-9-]+:[A-Za-z0-9]+$/;

export const exactActions: Rule = {
  name: 'exact-actions',
  description: 'What a policy allows it names action by action: no wildcards.',
  of: hasPolicy,
  problem(resource) {
    const isOfKey = [KEY, KEY_POLICY].includes(resource.type);
    const inexact = statementsOf(resource)
      .filter(({ effect }) => effect === 'Allow')
      .filter((statement) => !(isOfKey && letsAccountDecide(statement)))
      .flatMap(({ actions }) => actions)
      .find((action) => !ACTION.test(action));
    return inexact === undefined ? undefined : `allows ${inexact}`;
  },
};

/** Without it nobody could ever change a key again (KMS developer guide, "Default key policy"). */
export function letsAccountDecide({ principals, actions }: Statement): boolean {
  return (
    actions.join() === 'kms:*' &&
    principals.length === 1 &&
    /^AWS: arn:aws[\w-]*:iam::\d{12}:root$/.test(principals[0] ?? '')
  );
}
