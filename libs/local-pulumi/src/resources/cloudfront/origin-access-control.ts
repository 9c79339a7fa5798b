import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { anything } from '../state-only.ts';
import { cloudFront } from './cloud-front.ts';

export const originAccessControl = cloudFront({
  type: 'aws:cloudfront/originAccessControl:OriginAccessControl',
  why: WHY.cloudFront,
  inputs: {
    name: z.string().min(1).max(64),
    originAccessControlOriginType: z.string(),
    signingBehavior: z.string(),
    signingProtocol: z.string(),
    ...anything('description'),
  },
  autoName: { property: 'name', maxLength: 64 },
  kind: 'origin-access-control',
});
