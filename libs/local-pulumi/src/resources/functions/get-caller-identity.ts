import type { FunctionHandler } from '../../engine/index.ts';
import type { AwsContext } from '../context.ts';

export const getCallerIdentity: FunctionHandler<AwsContext> = {
  token: 'aws:index/getCallerIdentity:getCallerIdentity',
  invoke: (_args, { accountId }) => ({
    id: accountId,
    accountId,
    arn: `arn:aws:iam::${accountId}:user/local`,
    userId: 'AIDALOCAL',
  }),
};
