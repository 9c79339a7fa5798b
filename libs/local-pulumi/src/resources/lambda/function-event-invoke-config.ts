import { z } from 'zod';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const functionEventInvokeConfig = stateOnly({
  type: 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
  why: WHY.asynchronousInvocation,
  inputs: {
    functionName: z.string(),
    maximumEventAgeInSeconds: z.int().min(60).max(21_600).optional(),
    maximumRetryAttempts: z.int().min(0).max(2).optional(),
    ...anything('destinationConfig', 'qualifier'),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  replaceOn: ['functionName', 'qualifier'],
  describe: ({ functionName }) => ({ id: functionName, outputs: {} }),
});
