import { pulumiStep, type Target } from './pulumi.ts';

/** Where the rules are that every stack keeps. */
const POLICIES = 'apps/policy';

/** What would change, and whether the rules allow it. The stack is made where there is none. @throws DeployError */
export async function preview(target: Target): Promise<void> {
  await pulumiStep(target, 'stack', 'select', '--create', target.stack);
  await pulumiStep(target, 'preview', '--stack', target.stack, '--diff', '--policy-pack', POLICIES);
}
