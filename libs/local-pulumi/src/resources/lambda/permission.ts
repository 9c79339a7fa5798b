import { z } from 'zod';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const permission = stateOnly({
  type: 'aws:lambda/permission:Permission',
  why: WHY.permissions,
  inputs: {
    action: z.string(),
    function: z.string(),
    principal: z.string(),
    statementId: z.string().max(100),
    ...anything('sourceArn', 'sourceAccount', 'principalOrgId', 'qualifier', 'eventSourceToken'),
    ...anything('functionUrlAuthType', 'invokedViaFunctionUrl'),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  autoName: { property: 'statementId', maxLength: 100 },
  replaceOn: ['action', 'function', 'principal', 'statementId', 'sourceArn', 'sourceAccount'],
  describe: ({ function: name, statementId }) => ({ id: `${name}/${statementId}`, outputs: {} }),
});
