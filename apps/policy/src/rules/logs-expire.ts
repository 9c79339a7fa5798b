import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import { FUNCTION, LOG_GROUP } from '../types.ts';

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
