import { z } from 'zod';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const queryDefinition = stateOnly({
  type: 'aws:cloudwatch/queryDefinition:QueryDefinition',
  why: WHY.cloudWatch,
  inputs: {
    name: z.string().regex(/^[^:*]{1,255}$/, 'is no name of a saved query'),
    queryString: z.string().min(1).max(10_000),
    ...anything('logGroupNames'),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  replaceOn: [],
  describe: ({ name }) => ({ id: name, outputs: { queryDefinitionId: name } }),
});
