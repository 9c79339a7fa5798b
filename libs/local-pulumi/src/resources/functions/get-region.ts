import type { FunctionHandler } from '../../engine/index.ts';
import type { AwsContext } from '../context.ts';

export const getRegion: FunctionHandler<AwsContext> = {
  token: 'aws:index/getRegion:getRegion',
  invoke(args, context) {
    const asked = args['region'] ?? args['name'] ?? context.region;
    if (asked !== context.region) throw new Error(`there is one region here, ${context.region}`);
    const { region } = context;
    return {
      ...{ id: region, name: region, region },
      description: `${region} on this machine`,
      endpoint: `ec2.${region}.amazonaws.com`,
    };
  },
};
