import * as z from 'zod';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const functionSchema = z.strictObject({
  architecture: z.enum(['arm64', 'x86_64']).default('arm64').describe('Processor of the function'),
  memory: z
    .int()
    .min(512)
    .max(10_240)
    .default(1769)
    .describe('MiB; 1,769 is one vCPU, and the function works on one image for each vCPU'),
  timeout: z.int().min(10).max(900).default(60).describe('Seconds for one batch'),
  ephemeralStorage: z.int().min(512).max(10_240).default(512).describe('MiB of `/tmp`'),
  reservedConcurrency: z
    .int()
    .min(2)
    .optional()
    .describe('Concurrent executions that are set aside for, and are the most of, this function'),
});
