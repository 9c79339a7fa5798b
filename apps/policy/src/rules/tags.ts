import {
  BUCKET,
  CLOUDFRONT_FUNCTION,
  COMPOSITE_ALARM,
  DISTRIBUTION,
  EVENT_BUS,
  EVENT_RULE,
  EVENT_SOURCE_MAPPING,
  FUNCTION,
  IAM_POLICY,
  KEY,
  LOG_GROUP,
  METRIC_ALARM,
  QUEUE,
  ROLE,
  TOPIC,
} from '../resource-types.ts';
import type { Rule } from '../rule.ts';
import { valuesAt } from '../stack.ts';

/** What AWS takes tags of. */
const TAGGABLE = [
  ...[BUCKET, QUEUE, TOPIC, KEY, FUNCTION, EVENT_SOURCE_MAPPING, ROLE, IAM_POLICY, LOG_GROUP],
  ...[METRIC_ALARM, COMPOSITE_ALARM, EVENT_BUS, EVENT_RULE, DISTRIBUTION, CLOUDFRONT_FUNCTION],
];
/** In the URN of whatever is inside a pipeline. */
const INSIDE = 'darkroom:index:ImagePipeline$';
/** Identify the owner, for bills and people. */
const OWNERS = ['darkroom:stack', 'darkroom:pipeline'];

export const tagged: Rule = {
  name: 'tagged',
  description:
    'Everything that can have tags has some that say whose it is; what is inside a pipeline, which stack and pipeline it belongs to.',
  of: TAGGABLE,
  problem({ id, properties }) {
    // With the provider's default tags, `tagsAll` holds more.
    const tags = ['tags', 'tagsAll']
      .flatMap((property) => valuesAt(properties, property))
      .flatMap((all) => Object.keys(all as object));
    if (!id.includes(INSIDE)) return tags.length > 0 ? undefined : 'has no tag';
    const missing = OWNERS.filter((tag) => !tags.includes(tag));
    return missing.length === 0 ? undefined : `has no tag ${missing.join(', ')}`;
  },
};
