import * as z from 'zod';
import { POLICIES, pulumiAnswer, pulumiStep, type Target } from './pulumi.ts';

const outputsSchema = z.object({
  sourceBucket: z.string(),
  processedBucket: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  functionName: z.string(),
  dashboardUrl: z.string(),
});

/** As docs/contract.md names them. */
export type Outputs = z.output<typeof outputsSchema>;

/** Deploys what the preview showed; rules judge now what it could not know. @throws DeployError `PULUMI_FAILED` */
export async function update(target: Target): Promise<Outputs> {
  const { stack } = target;
  const policies = ['--policy-pack', POLICIES];
  await pulumiStep(target, 'up', '--stack', stack, '--yes', '--skip-preview', ...policies);
  const json = await pulumiAnswer(target, 'stack', 'output', '--stack', stack, '--json');
  return outputsSchema.parse(JSON.parse(json));
}
