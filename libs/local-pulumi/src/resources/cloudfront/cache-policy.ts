import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { anything } from '../state-only.ts';
import { cloudFront } from './cloud-front.ts';

export const cachePolicy = cloudFront({
  type: 'aws:cloudfront/cachePolicy:CachePolicy',
  why: WHY.cloudFront,
  inputs: {
    name: z.string().regex(/^[\w-]{1,128}$/, 'is no name of a policy'),
    parametersInCacheKeyAndForwardedToOrigin: z.json(),
    ...anything('comment', 'defaultTtl', 'maxTtl', 'minTtl'),
  },
  autoName: { property: 'name', maxLength: 128 },
  kind: 'cache-policy',
});
