import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { anything } from '../state-only.ts';
import { cloudFront } from './cloud-front.ts';

export const responseHeadersPolicy = cloudFront({
  type: 'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy',
  why: WHY.cloudFront,
  inputs: {
    name: z.string().regex(/^[\w-]{1,128}$/, 'is no name of a policy'),
    ...anything('comment', 'corsConfig', 'customHeadersConfig', 'removeHeadersConfig'),
    ...anything('securityHeadersConfig', 'serverTimingHeadersConfig'),
  },
  autoName: { property: 'name', maxLength: 128 },
  kind: 'response-headers-policy',
});
