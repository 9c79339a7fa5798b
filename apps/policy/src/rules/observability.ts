import { COMPOSITE_ALARM, FUNCTION, LOG_GROUP, METRIC_ALARM } from '../resource-types.ts';
import type { Rule } from '../rule.ts';
import { valuesAt } from '../stack.ts';

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

export const logsExpire: Rule = {
  name: 'logs-expire',
  description:
    'Logs are kept for a number of days, and a function writes to a log group of the stack: Lambda would make one that keeps them for ever.',
  of: [FUNCTION, LOG_GROUP],
  problem({ type, properties, sources }) {
    if (type === LOG_GROUP) {
      const days = properties['retentionInDays'];
      return typeof days === 'number' && days > 0 ? undefined : 'keeps its logs for ever';
    }
    const hasGroup =
      (sources?.['loggingConfig'] ?? []).length > 0 ||
      valuesAt(properties, 'loggingConfig', 'logGroup').length > 0;
    return hasGroup ? undefined : 'has no log group of its own';
  },
};
