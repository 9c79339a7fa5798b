import { POLICIES, pulumiStep, type Target } from './pulumi.ts';

/** What would change, and whether the rules allow it. The stack is made where there is none. @throws DeployError */
export async function preview(target: Target): Promise<void> {
  await pulumiStep(target, 'stack', 'select', '--create', target.stack);
  await pulumiStep(target, 'preview', '--stack', target.stack, '--diff', '--policy-pack', POLICIES);
}
