import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DeployError } from '../deploy-error.ts';
import type { StackFile } from './read-stack.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** @throws DeployError `CREDENTIALS` */
export async function checkCredentials({ region, profile }: StackFile): Promise<Caller> {
  const sts = new STSClient({ region, ...(profile !== undefined && { profile }) });
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(
      'CREDENTIALS',
      `AWS takes no credentials from here${profile === undefined ? '' : ` (profile ${profile})`}: ${why}\n` +
        'Log in with `aws sso login` or `aws configure`, or set AWS_PROFILE; in CI, assume a role by OIDC.',
      { cause },
    );
  } finally {
    sts.destroy();
  }
}
