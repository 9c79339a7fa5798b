import * as z from 'zod';
import { pulumiAnswer, pulumiStep, type Target } from './pulumi.ts';

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

/** Deploys what the preview showed. @throws DeployError `PULUMI_FAILED` */
export async function update(target: Target): Promise<Outputs> {
  const { stack } = target;
  await pulumiStep(target, 'up', '--stack', stack, '--yes', '--skip-preview');
  const json = await pulumiAnswer(target, 'stack', 'output', '--stack', stack, '--json');
  return outputsSchema.parse(JSON.parse(json));
}
