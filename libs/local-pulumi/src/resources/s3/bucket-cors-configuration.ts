import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { bucketSetting } from './bucket-setting.ts';

const corsRule = z.strictObject({
  id: z.string().max(255).optional(),
  allowedHeaders: z.array(z.string()).optional(),
  allowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])).min(1),
  allowedOrigins: z.array(z.string()).min(1),
  exposeHeaders: z.array(z.string()).optional(),
  maxAgeSeconds: z.int().min(0).optional(),
});

export const bucketCorsConfiguration = bucketSetting({
  type: 'aws:s3/bucketCorsConfiguration:BucketCorsConfiguration',
  inputs: { corsRules: z.array(corsRule).min(1).max(100) },
  put: (bucket, { corsRules }, { s3 }) =>
    s3.send(
      new PutBucketCorsCommand({
        Bucket: bucket,
        CORSConfiguration: { CORSRules: corsRules.map(toS3) },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetBucketCorsCommand({ Bucket: bucket })),
  absent: 'NoSuchCORSConfiguration',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketCorsCommand({ Bucket: bucket })),
});

function toS3(rule: z.output<typeof corsRule>) {
  return {
    ID: rule.id,
    AllowedHeaders: rule.allowedHeaders,
    AllowedMethods: rule.allowedMethods,
    AllowedOrigins: rule.allowedOrigins,
    ExposeHeaders: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  };
}
