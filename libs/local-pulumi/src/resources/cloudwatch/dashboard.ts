import { z } from 'zod';
import { jsonText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { stateOnly } from '../state-only.ts';

export const dashboard = stateOnly({
  type: 'aws:cloudwatch/dashboard:Dashboard',
  why: WHY.cloudWatch,
  inputs: {
    dashboardName: z.string().regex(/^[\w-]{1,255}$/, 'is no dashboard name'),
    dashboardBody: jsonText(z.looseObject({ widgets: z.array(z.json()) }), 'the dashboard'),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  replaceOn: ['dashboardName'],
  describe: ({ dashboardName }, { accountId }) => ({
    id: dashboardName,
    outputs: { dashboardArn: `arn:aws:cloudwatch::${accountId}:dashboard/${dashboardName}` },
  }),
});
