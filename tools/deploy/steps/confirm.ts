import { DeployError } from '../deploy-error.ts';
import type { Terminal } from '../terminal.ts';

/** @throws DeployError `NOT_CONFIRMED` unless somebody says yes */
export async function confirm(stack: string, account: string, { ask }: Terminal): Promise<void> {
  const answer = await ask(`Deploy the stack ${stack} to the account ${account}? (y/N) `);
  if (answer === undefined)
    throw new DeployError(
      'NOT_CONFIRMED',
      'Nobody is there to ask: give `--yes` to deploy without.',
    );
  if (!/^y(?:es)?$/i.test(answer.trim()))
    throw new DeployError('NOT_CONFIRMED', 'Nothing was changed.');
}
