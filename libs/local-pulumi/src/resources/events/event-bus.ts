import { z } from 'zod';
import { arnOf } from '../context.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const eventBus = stateOnly({
  type: 'aws:cloudwatch/eventBus:EventBus',
  why: WHY.eventBridge,
  inputs: {
    name: z.string().regex(/^[\w./-]{1,256}$/, 'is no name of an event bus'),
    ...anything('deadLetterConfig', 'description', 'eventSourceName', 'kmsKeyIdentifier'),
    ...anything('logConfig'),
  },
  ignoredInputs: COMMON_IGNORED,
  autoName: { property: 'name', maxLength: 256 },
  replaceOn: ['name', 'eventSourceName'],
  describe: ({ name }, context) => ({
    id: name,
    outputs: { arn: arnOf(context, 'events', `event-bus/${name}`), tagsAll: {} },
  }),
});
