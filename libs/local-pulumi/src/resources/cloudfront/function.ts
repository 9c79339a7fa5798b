import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { anything } from '../state-only.ts';
import { cloudFront } from './cloud-front.ts';

/** CloudFront developer guide, "Quotas on CloudFront Functions". */
const MAX_CODE_BYTES = 10 * 1024;

export const cloudFrontFunction = cloudFront({
  type: 'aws:cloudfront/function:Function',
  why: WHY.cloudFront,
  inputs: {
    name: z.string().regex(/^[\w-]{1,64}$/, 'is no name of a function'),
    code: z
      .string()
      .refine((code) => Buffer.byteLength(code) <= MAX_CODE_BYTES, 'is larger than 10 KB'),
    runtime: z.enum(['cloudfront-js-1.0', 'cloudfront-js-2.0']),
    ...anything('comment', 'keyValueStoreAssociations', 'publish'),
  },
  autoName: { property: 'name', maxLength: 64 },
  kind: 'function',
  hasTags: true,
});
