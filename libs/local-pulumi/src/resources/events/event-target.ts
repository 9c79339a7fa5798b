import { z } from 'zod';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const eventTarget = stateOnly({
  type: 'aws:cloudwatch/eventTarget:EventTarget',
  why: WHY.eventBridge,
  inputs: {
    rule: z.string(),
    arn: z.string(),
    eventBusName: z.string().default('default'),
    targetId: z.string().regex(/^[\w.-]{1,64}$/, 'is no id of a target'),
    ...anything('appsyncTarget', 'batchTarget', 'deadLetterConfig', 'ecsTarget', 'forceDestroy'),
    ...anything('httpTarget', 'input', 'inputPath', 'inputTransformer', 'kinesisTarget'),
    ...anything('redshiftTarget', 'retryPolicy', 'roleArn', 'runCommandTargets'),
    ...anything('sagemakerPipelineTarget', 'sqsTarget'),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  autoName: { property: 'targetId', maxLength: 64 },
  replaceOn: ['rule', 'eventBusName', 'targetId'],
  describe: ({ rule, targetId }) => ({ id: `${rule}-${targetId}`, outputs: {} }),
});
