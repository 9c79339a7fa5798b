import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { FunctionHandler } from '../../engine/index.ts';
import { unlessAbsent } from '../aws-error.ts';
import type { AwsContext } from '../context.ts';
import { bucketOutputs } from '../s3/bucket.ts';

const args = z.looseObject({ bucket: z.string() });

/** A bucket that is there already. */
export const getBucket: FunctionHandler<AwsContext> = {
  token: 'aws:s3/getBucket:getBucket',
  async invoke(raw, context) {
    const { bucket } = args.parse(raw);
    const head = context.s3.send(new HeadBucketCommand({ Bucket: bucket }));
    if (!(await unlessAbsent(['NotFound', 'NoSuchBucket'], head)))
      throw new Error(`there is no bucket ${bucket}`);
    return { id: bucket, ...bucketOutputs(bucket, context) };
  },
};
