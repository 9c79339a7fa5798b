import * as z from 'zod';

/** Of each recipe, what URL names stand for which variants. */
const choicesSchema = z.record(
  z.string(),
  z.record(
    z
      .string()
      .regex(
        /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
        'a name is 1 to 64 lower-case letters, digits and inner hyphens',
      ),
    z.array(z.string()).min(2),
  ),
);

export const deliverySchema = z
  .strictObject({
    choices: choicesSchema
      .default({})
      .describe(
        'By recipe and name, variants of different formats in order of preference: `KEY/NAME.auto` is the first that the browser’s `Accept` names, or else the last',
      ),
    priceClass: z
      .enum(['PriceClass_100', 'PriceClass_200', 'PriceClass_All'])
      .default('PriceClass_100')
      .describe('Where CloudFront keeps copies: North America and Europe, more, or everywhere'),
    domains: z
      .array(z.string().regex(/^(?:\*\.)?(?:[a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host name'))
      .min(1)
      .optional()
      .describe('Host names of your own; point them to the distribution in your DNS'),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
        'must be the ARN of a certificate in us-east-1, where CloudFront looks for it',
      )
      .optional()
      .describe('ARN of the certificate of `domains`, of AWS Certificate Manager in us-east-1'),
    accessLogsBucket: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/, 'must be the name of an S3 bucket')
      .optional()
      .describe('Name of a bucket that takes access logs; it needs ACLs, which CloudFront uses'),
  })
  .superRefine(({ domains, certificateArn }, context) => {
    if ((domains === undefined) === (certificateArn === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: [domains ? 'certificateArn' : 'domains'],
      message: 'is missing: `domains` and `certificateArn` need each other',
    });
  });

export type Choices = z.output<typeof choicesSchema>;
