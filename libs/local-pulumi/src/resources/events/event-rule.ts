import { z } from 'zod';
import { arnOf } from '../context.ts';
import { jsonText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const eventRule = stateOnly({
  type: 'aws:cloudwatch/eventRule:EventRule',
  why: WHY.eventBridge,
  inputs: {
    name: z.string().regex(/^[\w.-]{1,64}$/, 'is no name of a rule'),
    eventBusName: z.string().default('default'),
    eventPattern: jsonText(z.record(z.string(), z.json()), 'the pattern').optional(),
    ...anything('description', 'forceDestroy', 'isEnabled', 'roleArn', 'scheduleExpression'),
    ...anything('state'),
  },
  ignoredInputs: COMMON_IGNORED,
  autoName: { property: 'name', maxLength: 64 },
  replaceOn: ['name', 'eventBusName'],
  describe: ({ name, eventBusName }, context) => {
    const path = eventBusName === 'default' ? name : `${eventBusName}/${name}`;
    return { id: path, outputs: { arn: arnOf(context, 'events', `rule/${path}`), tagsAll: {} } };
  },
});
