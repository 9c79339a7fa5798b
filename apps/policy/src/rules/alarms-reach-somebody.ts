import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import { COMPOSITE_ALARM, METRIC_ALARM } from '../types.ts';

const RUNBOOK = /(?:https?:\/\/\S+|docs\/runbook\.md)#[a-z0-9-]+/;

export const alarmsReachSomebody: Rule = {
  name: 'alarms-reach-somebody',
  description: 'Every alarm has an action, and says where the runbook deals with it.',
  of: [METRIC_ALARM, COMPOSITE_ALARM],
  problem({ properties, sources }) {
    // During a preview the topic's ARN is not known: that it comes from somewhere is.
    const hasAction =
      (sources?.['alarmActions'] ?? []).length > 0 ||
      valuesAt(properties, 'alarmActions').length > 0;
    if (!hasAction || properties['actionsEnabled'] === false) return 'tells nobody';
    const { alarmDescription } = properties;
    const hasRunbook = typeof alarmDescription === 'string' && RUNBOOK.test(alarmDescription);
    return hasRunbook ? undefined : 'has no link to the runbook';
  },
};
