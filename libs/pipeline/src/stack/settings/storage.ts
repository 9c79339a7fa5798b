import * as z from 'zod';

export const storageSchema = z.strictObject({
  protect: z
    .boolean()
    .default(true)
    .describe(
      'Refuse to delete the buckets: `pulumi destroy` stops before them, and they are kept when the program drops them',
    ),
  expireNoncurrentDays: z
    .int()
    .min(1)
    .default(30)
    .describe('Days after which an overwritten or deleted upload is gone for good'),
  expireProcessedDays: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Days after which variants and manifests expire, whoever still links to them; a new message for the key makes them again. Without it, they stay as long as their upload',
    ),
});
