import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { run } from './command.ts';
import { DeployError, reasonOf } from './deploy-error.ts';
import { clientConfig, type StackFile } from './stack-file.ts';

/** Runs the program by stripping its types; Pulumi starts whatever `node` it finds. */
const LEAST = [22, 18] as const;

/** @throws DeployError `NODE_TOO_OLD` */
export async function checkNode(cwd: string): Promise<string> {
  const { stdout } = await run({ program: 'node', args: ['--version'] }, [], { cwd });
  const [, major = 0, minor = 0] = /^v(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return `Node ${stdout}`;
  throw new DeployError(
    'NODE_TOO_OLD',
    `Node ${LEAST.join('.')} or later runs the Pulumi program; the one on the PATH is ${stdout || 'missing'}. ` +
      '`npm run deploy` puts the right one there: run it that way, after `npm ci`.',
  );
}

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** Errors of connections, with which AWS has not seen the credentials. */
const NO_CONNECTION = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|TimeoutError/;

/** @throws DeployError `CREDENTIALS` or `NO_CONNECTION` */
export async function checkCredentials(file: StackFile): Promise<Caller> {
  const { region, profile } = file;
  try {
    const sts = new STSClient(clientConfig(file));
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  } catch (cause) {
    const why = reasonOf(cause);
    if (NO_CONNECTION.test(String(cause)))
      throw new DeployError(
        'NO_CONNECTION',
        `AWS does not answer in ${region}: ${why}\nCheck the network, a proxy, and \`aws:region\` of the stack file.`,
        { cause },
      );
    throw new DeployError(
      'CREDENTIALS',
      `AWS takes no credentials from here${profile === undefined ? '' : ` (profile ${profile})`}: ${why}\n` +
        'Log in with `aws sso login` or `aws configure`, or set AWS_PROFILE; in CI, assume a role by OIDC.',
      { cause },
    );
  }
}

/** Lambda keeps so many executions for functions that reserve none (Lambda quotas, "Reserved concurrency"). */
const UNRESERVABLE = 100;
/** "Concurrent executions" in Service Quotas. */
const QUOTA = 'https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384';

/** MB of a function's memory that a new account allows. AWS raises it with use, up to 10,240. */
const NEW_ACCOUNT_MEMORY = 3008;

/**
 * Whether the account runs as many functions at once as the stack asks for: a new account may have 10 for all.
 *
 * @param reserved executions that the stack's functions have reserved already
 * @returns for people: what was found, or why it could not be
 * @throws DeployError `QUOTA`
 */
export async function checkQuotas(file: StackFile, reserved = 0): Promise<string> {
  const { maximumConcurrency } = file.settings.queue;
  const { reservedConcurrency, memory } = file.settings.function;
  try {
    const lambda = new LambdaClient(clientConfig(file));
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = 0 } =
      AccountLimit ?? {};
    const free = unreserved + reserved;
    const found = `Lambda runs ${all} functions at once in this account and region, ${free} of them not reserved by others`;
    if (reservedConcurrency !== undefined && reservedConcurrency > free - UNRESERVABLE)
      throw tooFew(
        found,
        `function.reservedConcurrency asks for ${reservedConcurrency}, and ${UNRESERVABLE} have to be left`,
      );
    if (reservedConcurrency === undefined && maximumConcurrency > free)
      throw tooFew(found, `queue.maximumConcurrency asks for ${maximumConcurrency}`);
    if (memory <= NEW_ACCOUNT_MEMORY) return found;
    return (
      `${found}; function.memory asks for ${memory} MB, and a new account allows ${NEW_ACCOUNT_MEMORY}: ` +
      'if Lambda refuses the function, lower function.memory and deploy again'
    );
  } catch (error) {
    if (error instanceof DeployError) throw error;
    // Who may deploy need not be allowed to look at quotas.
    return `Lambda's quotas could not be looked at: ${reasonOf(error)}`;
  }
}

function tooFew(found: string, asked: string): DeployError {
  return new DeployError(
    'QUOTA',
    `${found}; ${asked}. Calls beyond that would be throttled, and count as attempts. ` +
      `Ask for less, or for a higher quota: ${QUOTA}`,
  );
}
