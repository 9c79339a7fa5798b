import * as z from 'zod';

/**
 * List prices of us-east-1 without any free tier (aws.amazon.com/lambda/pricing, aws.amazon.com/s3/pricing); regions
 * differ by some percent.
 */
export const LAMBDA_GB_SECOND = { arm64: 0.0000133334, x86_64: 0.0000166667 } as const;

const price = z.number().min(0);

export const costsSchema = z.strictObject({
  gbSecond: price
    .optional()
    .describe(
      'A GB-second of the function; left out, 0.0000133334 for `arm64` and 0.0000166667 for `x86_64`',
    ),
  millionCalls: price.default(0.2).describe('A million calls of the function'),
  thousandWrites: price.default(0.005).describe('A thousand objects written to S3'),
});
