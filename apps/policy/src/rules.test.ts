import { expect, test } from 'vitest';
import { type Resource, RULES, Stack, violations } from './index.ts';
import {
  TYPES,
  broken,
  changed,
  letIn,
  policy,
  soundStack,
  tls,
  topicDefaultPolicy,
  without,
} from './testing/sound-stack.ts';

const { BUCKET_ACL, QUEUE, DISTRIBUTION } = TYPES;
const PIPELINE = 'darkroom:index:ImagePipeline';

test('a sound stack keeps every rule', () => {
  expect(broken(soundStack())).toEqual([]);
});

test('AWS’s default policy of a topic is not a violation of its own', () => {
  expect(broken(without('alarms-policy'))).toEqual(['tls-only: alarms']);
  const anyAccount = topicDefaultPolicy('arn:aws:sns:eu-central-1:123456789012:alarms', '*');
  expect(
    broken(without('alarms-policy').map((one) => withPolicy(one, 'alarms', anyAccount))),
  ).toEqual(['tls-only: alarms', 'known-callers: alarms']);
});

test.each([
  ['for a service', '{"AWS":"*"}', '{"Service":"s3.amazonaws.com"}'],
  [
    'under a second condition',
    '"AWS:SourceOwner":"123456789012"}',
    '"AWS:SourceOwner":"123456789012"},"Bool":{"aws:SecureTransport":"true"}',
  ],
  ['under another condition', 'AWS:SourceOwner', 'AWS:PrincipalAccount'],
  ['for two accounts', '"123456789012"}', '["123456789012","210987654321"]}'],
  ['for what is no account', '"123456789012"}', '"1234567890123"}'],
  ['for what only ends like an account', '"123456789012"}', '"x123456789012"}'],
  ['for another action too', 'SNS:Publish', 'SNS:PutDataProtectionPolicy'],
])('a statement %s is not AWS’s default of a topic', (_, of, by) => {
  const byAws = topicDefaultPolicy('arn:aws:sns:eu-central-1:123456789012:alarms', '123456789012');
  const own = byAws.replace(of, by);
  expect(own).not.toBe(byAws);
  expect(broken(without('alarms-policy').map((one) => withPolicy(one, 'alarms', own)))).toContain(
    'known-callers: alarms',
  );
});

test('AWS’s default of an old topic lets the account receive', () => {
  const arn = 'arn:aws:sns:eu-central-1:123456789012:alarms';
  const old = topicDefaultPolicy(arn, '123456789012').replace('SNS:Publish', 'SNS:Receive');
  expect(broken(without('alarms-policy').map((one) => withPolicy(one, 'alarms', old)))).toEqual([
    'tls-only: alarms',
  ]);
});

test('a topic policy replaces the policy of the topic itself', () => {
  const open = policy({ Effect: 'Allow', Principal: '*', Action: 'sns:*', Resource: '*' });
  expect(broken(changed('alarms', { policy: open }))).toEqual([]);
  expect(broken(without('alarms-policy').map((one) => withPolicy(one, 'alarms', open)))).toContain(
    'exact-actions: alarms',
  );
});

test('actions are compared without case', () => {
  const statement = tls('SNS:Publish', 'arn:aws:sns:eu-central-1:123456789012:alarms');
  expect(broken(changed('alarms-policy', { policy: policy(statement) }))).toEqual([]);
});

test('names differ, and say what Pulumi takes for one', () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z-]+$/);
});

const withPolicy = (one: Resource, name: string, document: string): Resource =>
  one.name === name ? { ...one, properties: { ...one.properties, policy: document } } : one;
/** Properties of a role's policy. */
const may = (Action: string, Resource: string) => ({
  policy: policy({ Effect: 'Allow', Action, Resource }),
});
/** A CDN that also answers without TLS. */
const distribution: Resource = {
  ...{ id: 'cdn', type: DISTRIBUTION, name: 'cdn', protect: false, retainOnDelete: false },
  properties: {
    defaultCacheBehavior: { viewerProtocolPolicy: 'allow-all' },
    tags: { 'darkroom:stack': 'x', 'darkroom:pipeline': 'x' },
  },
};
const acl: Resource = {
  id: 'acl',
  type: BUCKET_ACL,
  name: 'acl',
  properties: { acl: 'public-read' },
  protect: false,
  retainOnDelete: false,
};
test.each<[what: string, rule: string, resources: Resource[]]>([
  ['a bucket without its access block', 'private-buckets: source', without('access')],
  [
    'a bucket that lets public policies through',
    'private-buckets: source',
    changed('access', { blockPublicPolicy: false }),
  ],
  [
    'a bucket with other owners’ objects',
    'private-buckets: source',
    changed('ownership', { rule: { objectOwnership: 'ObjectWriter' } }),
  ],
  ['an access control list', 'private-buckets: acl', [...soundStack(), acl]],
  [
    'a bucket over HTTP',
    'tls-only: source',
    changed('bucket-policy', { policy: policy(tls('s3:GetObject')) }),
  ],
  ['a queue over HTTP', 'tls-only: letters', without('letters-policy')],
  ['a topic over HTTP', 'tls-only: alarms', without('alarms-policy')],
  ['a distribution over HTTP', 'tls-only: cdn', [...soundStack(), distribution]],
  [
    'a queue with another key than the rest',
    'encrypted-at-rest: queue',
    changed('queue', { kmsMasterKeyId: undefined, sqsManagedSseEnabled: true }),
  ],
  [
    'a topic that alone has no key',
    'encrypted-at-rest: alarms',
    changed('alarms', { kmsMasterKeyId: 'alias/aws/sns' }),
  ],
  ['a bucket that says nothing of encryption', 'encrypted-at-rest: source', without('encryption')],
  [
    'all actions of a service',
    'exact-actions: role-policy',
    changed('role-policy', may('s3:*', 'arn:aws:s3:::source/uploads/*')),
  ],
  [
    'all actions but some',
    'exact-actions: role-policy',
    changed('role-policy', {
      policy: policy({
        Effect: 'Allow',
        NotAction: 's3:PutObject',
        Resource: 'arn:aws:s3:::source/*',
      }),
    }),
  ],
  [
    'every key of KMS for anybody but the account',
    'exact-actions: key-policy',
    changed('key-policy', {
      policy: policy({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:role/x' },
        Action: 'kms:*',
        Resource: '*',
      }),
    }),
  ],
  [
    'every resource',
    'exact-resources: role-policy',
    changed('role-policy', may('s3:GetObject', '*')),
  ],
  [
    'every bucket',
    'exact-resources: role-policy',
    changed('role-policy', may('s3:GetObject', 'arn:aws:s3:::*')),
  ],
  [
    'every queue of a name',
    'exact-resources: role-policy',
    changed('role-policy', may('sqs:SendMessage', 'arn:aws:sqs:*:*:queue')),
  ],
  [
    'everybody',
    'known-callers: queue-policy',
    changed('queue-policy', {
      policy: letIn('*', { Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }),
    }),
  ],
  [
    'everybody, said otherwise',
    'known-callers: queue-policy',
    changed('queue-policy', { policy: letIn({ AWS: '*' }) }),
  ],
  [
    'a service for anybody',
    'known-callers: queue-policy',
    changed('queue-policy', { policy: letIn({ Service: 's3.amazonaws.com' }) }),
  ],
  [
    'a bucket that may go',
    'data-is-kept: source',
    changed('source', {}, { protect: false, retainOnDelete: false }),
  ],
  [
    'a bucket that is protected, and emptied',
    'data-is-kept: source',
    changed('source', { forceDestroy: true }),
  ],
  ['a guard that may go', 'data-is-kept: source', changed('access', {}, { protect: false })],
  [
    'a guard that goes with its last line',
    'data-is-kept: source',
    changed('bucket-policy', {}, { retainOnDelete: false }),
  ],
  [
    'a key that may go before its data',
    'data-is-kept: key',
    changed('key', {}, { protect: false }),
  ],
  [
    'a message that comes back too early',
    'visibility-timeout: trigger',
    changed('queue', { visibilityTimeoutSeconds: 364 }),
  ],
  [
    'a queue without dead letters',
    'dead-letters: trigger',
    changed('queue', { redrivePolicy: undefined }),
  ],
  [
    'a queue that gives up early',
    'dead-letters: trigger',
    changed('queue', { redrivePolicy: JSON.stringify({ maxReceiveCount: 1 }) }),
  ],
  [
    'dead letters that go first',
    'dead-letters: trigger',
    changed('letters', { messageRetentionSeconds: 345_600 }),
  ],
  ['no bound on calls', 'bounded-concurrency: trigger', changed('trigger', { scalingConfig: {} })],
  [
    'more calls than are reserved',
    'bounded-concurrency: trigger',
    changed('resizer', { reservedConcurrentExecutions: 9 }),
  ],
  [
    'too large an environment',
    'environment-fits: resizer',
    changed('resizer', { environment: { variables: { A: 'ä'.repeat(2048) } } }),
  ],
  ['an alarm for nobody', 'alarms-reach-somebody: alarm', changed('alarm', { alarmActions: [] })],
  [
    'an alarm that is off',
    'alarms-reach-somebody: alarm',
    changed('alarm', { actionsEnabled: false }),
  ],
  [
    'an alarm without a runbook',
    'alarms-reach-somebody: alarm',
    changed('alarm', { alarmDescription: 'Something is wrong' }),
  ],
  ['logs for ever', 'logs-expire: logs', changed('logs', { retentionInDays: 0 })],
  [
    'a log group that Lambda makes',
    'logs-expire: resizer',
    changed('resizer', { loggingConfig: undefined }),
  ],
  [
    'a part of a pipeline that does not say of which',
    'tagged: queue',
    changed('queue', { tags: { team: 'media' } }, { id: `${PIPELINE}$${QUEUE} queue` }),
  ],
  ['something without an owner', 'tagged: queue', changed('queue', { tags: {} })],
])('%s: %s', (_what, rule, resources) => {
  expect(broken(resources)).toContain(rule);
});

test.each<[string, string, Resource[]]>([
  ['the action', 'allows s3:*', changed('role-policy', may('s3:*', 'arn:aws:s3:::source/*'))],
  [
    'the resource, and the actions on it',
    'allows s3:GetObject on arn:aws:s3:::*',
    changed('role-policy', may('s3:GetObject', 'arn:aws:s3:::*')),
  ],
  [
    'everything, if only some actions are left out',
    'allows *',
    changed('role-policy', {
      policy: policy({ Effect: 'Allow', NotAction: 's3:PutObject', Resource: 'arn:aws:s3:::a' }),
    }),
  ],
  [
    'everything, if only some resources are left out',
    'allows s3:GetObject on *',
    changed('role-policy', {
      policy: policy({ Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:aws:s3:::a' }),
    }),
  ],
  [
    'the blocks that are missing',
    'does not block public access: blockPublicAcls, blockPublicPolicy',
    changed('access', { blockPublicAcls: undefined, blockPublicPolicy: false }),
  ],
  ['the list of a bucket', 'sets an access control list', [...soundStack(), acl]],
  [
    'the service',
    'lets s3.amazonaws.com in, on whoever’s behalf',
    changed('queue-policy', { policy: letIn({ Service: 's3.amazonaws.com' }) }),
  ],
  ['an alarm without a receiver', 'tells nobody', changed('alarm', { alarmActions: [] })],
  [
    'the tags that are missing',
    'has no tag darkroom:stack, darkroom:pipeline',
    changed('queue', { tags: {} }, { id: `${PIPELINE}$${QUEUE} queue` }),
  ],
])('a problem names %s', (_what, problem, resources) => {
  expect(violations(RULES, new Stack(resources)).map((one) => one.problem)).toContain(problem);
});

/** The problems of a stack under one rule, each as the name of its resource. */
