import { z } from 'zod';
import { arnOf } from '../context.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const metricAlarm = stateOnly({
  type: 'aws:cloudwatch/metricAlarm:MetricAlarm',
  why: WHY.cloudWatch,
  inputs: {
    name: z.string().min(1).max(255),
    ...anything('actionsEnabled', 'alarmActions', 'alarmDescription', 'comparisonOperator'),
    ...anything('datapointsToAlarm', 'dimensions', 'evaluateLowSampleCountPercentiles'),
    ...anything('evaluationCriteria', 'evaluationInterval', 'evaluationPeriods'),
    ...anything('extendedStatistic', 'insufficientDataActions', 'metricName', 'metricQueries'),
    ...anything('namespace', 'okActions', 'period', 'statistic', 'threshold'),
    ...anything('thresholdMetricId', 'treatMissingData', 'unit', 'warmUpConfiguration'),
  },
  ignoredInputs: COMMON_IGNORED,
  autoName: { property: 'name', maxLength: 255 },
  replaceOn: ['name'],
  describe: ({ name }, context) => ({
    id: name,
    outputs: { arn: arnOf(context, 'cloudwatch', `alarm:${name}`), tagsAll: {} },
  }),
});
