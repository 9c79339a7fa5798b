import * as z from 'zod';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const logsSchema = z.strictObject({
  level: z.enum(LOG_LEVELS).default('INFO').describe('Least level that is logged'),
  retentionDays: z
    .literal([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
      3288, 3653,
    ])
    .default(30)
    .describe('Days that logs are kept; the values that CloudWatch Logs has'),
});
