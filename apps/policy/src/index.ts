import type { Rule } from './rule.ts';
import { alarmsReachSomebody } from './rules/alarms-reach-somebody.ts';
import { boundedConcurrency } from './rules/bounded-concurrency.ts';
import { dataIsKept } from './rules/data-is-kept.ts';
import { deadLetters } from './rules/dead-letters.ts';
import { encryptedAtRest } from './rules/encrypted-at-rest.ts';
import { environmentFits } from './rules/environment-fits.ts';
import { exactActions } from './rules/exact-actions.ts';
import { exactResources } from './rules/exact-resources.ts';
import { knownCallers } from './rules/known-callers.ts';
import { logsExpire } from './rules/logs-expire.ts';
import { privateBuckets } from './rules/private-buckets.ts';
import { tagged } from './rules/tagged.ts';
import { tlsOnly } from './rules/tls-only.ts';
import { visibilityTimeout } from './rules/visibility-timeout.ts';

export type { Resource } from './resource.ts';
export { violations, type Rule, type Violation } from './rule.ts';
export { Stack } from './stack.ts';

/** All rules. One more: one file in `rules/`, and one line here. */
export const RULES: readonly Rule[] = [
  privateBuckets,
  tlsOnly,
  encryptedAtRest,
  exactActions,
  exactResources,
  knownCallers,
  dataIsKept,
  visibilityTimeout,
  deadLetters,
  boundedConcurrency,
  environmentFits,
  alarmsReachSomebody,
  logsExpire,
  tagged,
];
