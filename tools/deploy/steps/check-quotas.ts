import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeployError } from '../deploy-error.ts';
import type { StackFile } from './read-stack.ts';

/** Lambda keeps so many executions for functions that reserve none (Lambda quotas, "Reserved concurrency"). */
const UNRESERVABLE = 100;
/** "Concurrent executions" in Service Quotas. */
const QUOTA = 'https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384';

/**
 * Whether the account runs as many functions at once as the stack asks for: a new account may have 10 for all.
 *
 * @returns for people: what was found, or why it could not be
 * @throws DeployError `QUOTA`
 */
export async function checkQuotas({ region, profile, settings }: StackFile): Promise<string> {
  const lambda = new LambdaClient({ region, ...(profile !== undefined && { profile }) });
  const { maximumConcurrency } = settings.queue;
  const { reservedConcurrency } = settings.function;
  try {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: free = 0 } =
      AccountLimit ?? {};
    const found = `Lambda runs ${all} functions at once in this account and region, ${free} of them not reserved`;
    if (reservedConcurrency !== undefined && reservedConcurrency > free - UNRESERVABLE)
      throw tooFew(
        found,
        `function.reservedConcurrency asks for ${reservedConcurrency}, and ${UNRESERVABLE} have to be left`,
      );
    if (reservedConcurrency === undefined && maximumConcurrency > free)
      throw tooFew(found, `queue.maximumConcurrency asks for ${maximumConcurrency}`);
    return found;
  } catch (error) {
    if (error instanceof DeployError) throw error;
    // Who may deploy need not be allowed to look at quotas.
    const why = error instanceof Error ? error.message : String(error);
    return `Lambda's quotas could not be looked at: ${why}`;
  } finally {
    lambda.destroy();
  }
}

function tooFew(found: string, asked: string): DeployError {
  return new DeployError(
    'QUOTA',
    `${found}; ${asked}. Calls beyond that would be throttled, and count as attempts. ` +
      `Ask for less, or for a higher quota: ${QUOTA}`,
  );
}
