import { run } from '../command.ts';
import { DeployError } from '../deploy-error.ts';
import type { PulumiCli } from './find-pulumi.ts';

/** Where the rules are that every stack keeps. */
export const POLICIES = 'apps/policy';

/** One stack, by the CLI. */
export interface Target {
  readonly workspace: string;
  readonly stack: string;
  readonly pulumi: PulumiCli;
}

/** Shows on the terminal what the CLI says. @throws DeployError `PULUMI_FAILED` */
export async function pulumiStep(target: Target, ...args: readonly string[]): Promise<void> {
  const { workspace, pulumi } = target;
  const { code } = await run(pulumi.command, args, { cwd: workspace, onTerminal: true });
  if (code !== 0) throw failed(args);
}

/** @returns what it prints. @throws DeployError `PULUMI_FAILED` */
export async function pulumiAnswer(target: Target, ...args: readonly string[]): Promise<string> {
  const { workspace, pulumi } = target;
  const { code, output } = await run(pulumi.command, args, { cwd: workspace });
  if (code !== 0) throw failed(args, output);
  return output;
}

function failed(args: readonly string[], output = 'see above'): DeployError {
  return new DeployError('PULUMI_FAILED', `\`pulumi ${args.join(' ')}\` failed: ${output}`);
}
