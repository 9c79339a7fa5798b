import type { FunctionHandler } from '../../engine/index.ts';
import type { AwsContext } from '../context.ts';

export const getPartition: FunctionHandler<AwsContext> = {
  token: 'aws:index/getPartition:getPartition',
  invoke: () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
};
