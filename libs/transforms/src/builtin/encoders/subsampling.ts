import * as z from 'zod';

export const chromaSubsamplingSchema = z
  .enum(['4:2:0', '4:4:4'])
  .default('4:2:0')
  .describe('`4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.');
