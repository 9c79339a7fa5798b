import * as z from 'zod';
import usEast1 from './us-east-1.json' with { type: 'json' };

const price = z.number().min(0);

/**
 * List prices of one AWS region in US dollars, without free tiers, volume discounts and savings plans. A GB of Lambda's
 * memory has 1,024 MiB; a GB of storage and transfer has 2³⁰ bytes.
 */
export const pricesSchema = z
  .strictObject({
    version: z.literal(1),
    region: z.string().min(1).describe('The region of the prices'),
    date: z.iso.date().describe('The day on which the prices were looked up'),
    currency: z.literal('USD'),
    sources: z.array(z.url()).min(1).describe('Pages with the prices'),
    lambda: z.strictObject({
      gbSecond: z
        .strictObject({ arm64: price, x86_64: price })
        .describe('One GB of memory for one second'),
      ephemeralGbSecond: price.describe('One GB of `/tmp` above 512 MiB for one second'),
      millionCalls: price.describe('A million calls'),
    }),
    s3: z.strictObject({
      thousandWrites: price.describe('1,000 PUT, COPY, POST or LIST requests of S3 Standard'),
      thousandReads: price.describe('1,000 GET, HEAD and other requests; DELETE is free'),
      gbMonth: price.describe('One GB for one month in S3 Standard'),
    }),
    sqs: z.strictObject({
      millionRequests: price.describe('A million requests to a standard queue, 64 KB each'),
    }),
    kms: z.strictObject({ tenThousandRequests: price.describe('10,000 requests') }),
    logs: z.strictObject({ gbIngested: price.describe('One GB that CloudWatch Logs receives') }),
    eventBridge: z.strictObject({ millionEvents: price.describe('A million custom events') }),
    transfer: z.strictObject({ gbToInternet: price.describe('One GB from S3 to the internet') }),
  })
  .describe('A price table');

export type Prices = z.output<typeof pricesSchema>;

/** The default price table: us-east-1. */
export const defaultPrices: Prices = pricesSchema.parse(usEast1);
