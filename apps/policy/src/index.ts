import type { Rule } from './rule.ts';
import { exactActions, exactResources, knownCallers, privateBuckets } from './rules/access.ts';
import { dataIsKept } from './rules/data-protection.ts';
import { encryptedAtRest, tlsOnly } from './rules/encryption.ts';
import {
  boundedConcurrency,
  deadLetters,
  environmentFits,
  visibilityTimeout,
} from './rules/lambda.ts';
import { alarmsReachSomebody, logsExpire } from './rules/observability.ts';
import { tagged } from './rules/tags.ts';

export type { Resource } from './stack.ts';
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
