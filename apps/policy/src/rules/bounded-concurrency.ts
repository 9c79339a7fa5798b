import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import { EVENT_SOURCE_MAPPING, FUNCTION } from '../types.ts';

export const boundedConcurrency: Rule = {
  name: 'bounded-concurrency',
  description:
    'A queue calls its function at most so often at once, and never more often than the function has reserved: the guard against a surprise bill, and against throttled calls that use attempts up.',
  of: [EVENT_SOURCE_MAPPING],
  problem(mapping, stack) {
    const [most] = valuesAt(mapping.properties, 'scalingConfig', 'maximumConcurrency');
    // Lambda takes no less.
    if (typeof most !== 'number' || most < 2) return 'has no maximum concurrency of at least 2';
    const handler = stack.target(mapping, 'functionName', FUNCTION);
    const reserved = handler?.properties['reservedConcurrentExecutions'] ?? -1;
    if (typeof reserved === 'number' && reserved >= 0 && reserved < most)
      return `calls ${handler?.name} up to ${most} times at once, which has reserved ${reserved}`;
    return undefined;
  },
};
