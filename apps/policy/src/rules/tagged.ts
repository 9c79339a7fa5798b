import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import {
  BUCKET,
  COMPOSITE_ALARM,
  DISTRIBUTION,
  EVENT_BUS,
  EVENT_SOURCE_MAPPING,
  FUNCTION,
  IAM_POLICY,
  KEY,
  LOG_GROUP,
  METRIC_ALARM,
  QUEUE,
  ROLE,
  TOPIC,
} from '../types.ts';

/** What AWS takes tags of. */
const TAGGABLE = [
  ...[BUCKET, QUEUE, TOPIC, KEY, FUNCTION, EVENT_SOURCE_MAPPING, ROLE, IAM_POLICY, LOG_GROUP],
  ...[METRIC_ALARM, COMPOSITE_ALARM, EVENT_BUS, DISTRIBUTION],
  'aws:cloudwatch/eventRule:EventRule',
];
/** Whose it is, so that a bill or a person can tell. */
const OWNERS = ['darkroom:stack', 'darkroom:pipeline'];

export const tagged: Rule = {
  name: 'tagged',
  description: 'Everything that can have tags says which stack and pipeline it belongs to.',
  of: TAGGABLE,
  problem({ properties }) {
    // With the provider's default tags, `tagsAll` holds more.
    const tags = ['tags', 'tagsAll']
      .flatMap((property) => valuesAt(properties, property))
      .flatMap((all) => Object.keys(all as object));
    const missing = OWNERS.filter((tag) => !tags.includes(tag));
    return missing.length === 0 ? undefined : `has no tag ${missing.join(', ')}`;
  },
};
