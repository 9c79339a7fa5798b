/** Each element and each condition of a rule: a stack that differs in it alone. */
import { describe, expect, test } from 'vitest';
import { type Resource, Stack } from './index.ts';
import {
  TYPES,
  broken,
  changed,
  letIn,
  policy,
  soundStack,
  tls,
  without,
} from './testing/sound-stack.ts';

const {
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
  KEY_POLICY,
  LOG_GROUP,
  METRIC_ALARM,
  QUEUE,
  ROLE,
  TOPIC,
} = TYPES;
const PIPELINE = 'darkroom:index:ImagePipeline';

const brokenBy = (rule: string, resources: readonly Resource[]) =>
  broken(resources).filter((problem) => problem.startsWith(`${rule}: `));

/** A resource that nothing protects. */
const resource = (type: string, name: string, properties: object): Resource => ({
  ...{ id: name, type, name, protect: false, retainOnDelete: false },
  properties: { ...properties },
});

describe('private-buckets', () => {
  test.each(['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'])(
    'requires %s',
    (block) => {
      for (const value of [false, undefined])
        expect(brokenBy('private-buckets', changed('access', { [block]: value }))).toEqual([
          'private-buckets: source',
        ]);
    },
  );

  test('requires the blocks and the ownership of this very bucket', () => {
    for (const name of ['access', 'ownership'])
      expect(brokenBy('private-buckets', changed(name, { bucket: 'other' }))).toEqual([
        'private-buckets: source',
      ]);
  });
});

describe('tls-only', () => {
  const denial = tls('s3:*');
  const withStatement = (more: object) =>
    changed('bucket-policy', { policy: policy({ ...denial, ...more }) });

  test.each<[string, object]>([
    ['allows', { Effect: 'Allow' }],
    ['denies HTTPS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    [
      'denies on a second condition',
      { Condition: { ...denial.Condition, StringEquals: { a: 'b' } } },
    ],
    [
      'denies in another operator',
      { Condition: { StringEquals: { 'aws:SecureTransport': 'false' } } },
    ],
    ['denies without a condition', { Condition: undefined }],
    ['denies one principal', { Principal: { AWS: '123456789012' } }],
    ['denies one action', { Action: 's3:PutObject' }],
  ])('a statement that %s is not the denial', (_, more) => {
    expect(brokenBy('tls-only', withStatement(more))).toEqual(['tls-only: source']);
  });

  test('the denial may be one of several statements, or in the queue’s own policy', () => {
    const allow = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };
    const policies = policy(allow, { ...denial, Action: ['s3:GetObject', 's3:*'] });
    expect(brokenBy('tls-only', changed('bucket-policy', { policy: policies }))).toEqual([]);
    const inQueue = without('letters-policy').map((one) =>
      one.name === 'letters'
        ? { ...one, properties: { ...one.properties, policy: policy(tls('sqs:*')) } }
        : one,
    );
    expect(brokenBy('tls-only', inQueue)).toEqual([]);
  });

  test('each behavior of a distribution redirects or refuses', () => {
    const behaviors = (first: string, second: string) => [
      ...soundStack(),
      resource(DISTRIBUTION, 'cdn', {
        defaultCacheBehavior: { viewerProtocolPolicy: first },
        orderedCacheBehaviors: [{ viewerProtocolPolicy: second }],
      }),
    ];
    expect(brokenBy('tls-only', behaviors('https-only', 'redirect-to-https'))).toEqual([]);
    expect(brokenBy('tls-only', behaviors('allow-all', 'https-only'))).toHaveLength(1);
    expect(brokenBy('tls-only', behaviors('https-only', 'allow-all'))).toHaveLength(1);
  });
});

describe('encrypted-at-rest', () => {
  const KEY_PROPERTIES: [name: string, property: string][] = [
    ['queue', 'kmsMasterKeyId'],
    ['alarms', 'kmsMasterKeyId'],
    ['logs', 'kmsKeyId'],
    ['resizer', 'kmsKeyArn'],
  ];

  test.each(KEY_PROPERTIES)('%s has the key that others have, in %s', (name, property) => {
    for (const none of [undefined, '', 'alias/aws/sqs'])
      expect(brokenBy('encrypted-at-rest', changed(name, { [property]: none }))).toEqual([
        `encrypted-at-rest: ${name}`,
      ]);
  });

  test('an event bus has the key that others have', () => {
    const bus = (properties: object) => [...soundStack(), resource(EVENT_BUS, 'bus', properties)];
    expect(brokenBy('encrypted-at-rest', bus({ kmsKeyIdentifier: 'key' }))).toEqual([]);
    expect(brokenBy('encrypted-at-rest', bus({}))).toEqual(['encrypted-at-rest: bus']);
  });

  test('without a key, buckets and queues say how AWS encrypts them, and nothing else does', () => {
    const withoutKeys = soundStack().map((one) => {
      const { kmsMasterKeyId: _, kmsKeyId: _id, kmsKeyArn: _arn, ...properties } = one.properties;
      if (one.name === 'encryption') {
        const byAws = { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
        return { ...one, properties: { bucket: 'source', rules: [byAws] } };
      }
      const sqs = one.type === QUEUE ? { sqsManagedSseEnabled: true } : {};
      return { ...one, properties: { ...properties, ...sqs } };
    });
    expect(brokenBy('encrypted-at-rest', withoutKeys)).toEqual([]);
    const open = withoutKeys.map((one) =>
      one.name === 'queue'
        ? { ...one, properties: { ...one.properties, sqsManagedSseEnabled: false } }
        : one,
    );
    expect(brokenBy('encrypted-at-rest', open)).toEqual(['encrypted-at-rest: queue']);
    const silent = withoutKeys.filter(({ name }) => name !== 'encryption');
    expect(brokenBy('encrypted-at-rest', silent)).toEqual(['encrypted-at-rest: source']);
  });

  test('the key of others counts, whatever comes first in the stack', () => {
    const stack = changed('alarms', { kmsMasterKeyId: undefined });
    const byName = stack.toSorted((a) => (a.name === 'alarms' ? -1 : 0));
    expect(byName[0]?.name).toBe('alarms');
    expect(brokenBy('encrypted-at-rest', byName)).toEqual(['encrypted-at-rest: alarms']);
  });
});

describe('exact-actions', () => {
  const actionsOf = (...Action: string[]) =>
    changed('role-policy', {
      policy: policy({ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::source/*' }),
    });

  test.each([
    ...['*', 's3:*', 's3:Get*', 'kms:Decrypt*', 's3:?etObject'],
    ...['*:GetObject', '*s3:GetObject', 'GetObject'],
  ])('rejects %s, also as one of several', (action) => {
    for (const actions of [[action], ['s3:GetObject', action]])
      expect(brokenBy('exact-actions', actionsOf(...actions))).toHaveLength(1);
  });

  test('a denial may name any action', () => {
    const deny = policy({ Effect: 'Deny', NotAction: 's3:GetObject', Resource: '*' });
    expect(brokenBy('exact-actions', changed('role-policy', { policy: deny }))).toEqual([]);
  });

  const root = 'arn:aws:iam::123456789012:root';
  test.each<[string, string | string[], object]>([
    [
      'a foreign account next to the own one',
      'kms:*',
      { AWS: [root, 'arn:aws:iam::210987654321:root'] },
    ],
    ['a user', 'kms:*', { AWS: 'arn:aws:iam::123456789012:user/x' }],
    ['a user with a name like root', 'kms:*', { AWS: 'arn:aws:iam::123456789012:root/x' }],
    ['a service', 'kms:*', { Service: root }],
    ['a federated user who is called like the account', 'kms:*', { Federated: `AWS: ${root}` }],
    ['no principal', 'kms:*', {}],
    ['the account with more', ['kms:*', 's3:*'], { AWS: root }],
  ])('the key’s policy gives no wildcard to %s', (_, Action, Principal) => {
    const statement = { Effect: 'Allow', Principal, Action, Resource: '*' };
    const stack = changed('key-policy', { policy: policy(statement) });
    expect(brokenBy('exact-actions', stack)).toEqual(['exact-actions: key-policy']);
  });

  test('only a key’s policy lets the account decide', () => {
    const statement = { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' };
    const inKey = changed('key', { policy: policy(statement) });
    expect(brokenBy('exact-actions', inKey)).toEqual([]);
    const inQueue = changed('queue', { policy: policy(statement) });
    expect(brokenBy('exact-actions', inQueue)).toEqual(['exact-actions: queue']);
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov'])('the account is of partition %s', (partition) => {
    const own = { AWS: `arn:${partition}:iam::123456789012:root` };
    const statement = { Effect: 'Allow', Principal: own, Action: 'kms:*', Resource: '*' };
    expect(brokenBy('exact-actions', changed('key-policy', { policy: policy(statement) }))).toEqual(
      [],
    );
  });
});

describe('exact-resources', () => {
  const on = (...Resource: string[]) =>
    changed('role-policy', {
      policy: policy({ Effect: 'Allow', Action: 's3:GetObject', Resource }),
    });

  test.each([
    'arn:aws:s3:::source',
    'arn:aws-us-gov:s3:::source/*',
    'arn:aws:s3:::source/up*',
    'arn:aws:s3:::source/uploads/*',
    'arn:aws:s3:::source/*/thumb.webp',
    'arn:aws:sqs:eu-central-1:123456789012:queue',
    'arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/resizer:*',
    'arn:aws:lambda:eu-central-1:123456789012:function:resizer:*',
    'arn:aws-cn:sqs:cn-north-1:123456789012:queue',
    'arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/resizer:*',
    'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:resizer:*',
  ])('accepts %s', (arn) => {
    expect(brokenBy('exact-resources', on(arn))).toEqual([]);
  });

  test.each([
    '*',
    'arn:aws:s3:::*',
    'arn:aws:s3:::prod-*',
    'arn:aws:s3:::prod-*/uploads/*',
    'arn:aws:s3:::prod-*-uploads/x',
    'arn:aws:s3:::source/?',
    'arn:aws:sqs:*:123456789012:queue',
    'arn:aws:sqs:eu-central-1:*:queue',
    'arn:aws:*:eu-central-1:123456789012:queue',
    'arn:*:sqs:eu-central-1:123456789012:queue',
    'arn:aws:sqs:eu-central-1:123456789012:prod-*',
    'arn:aws:lambda:eu-central-1:123456789012:function:prod-*',
    'arn:aws:lambda:eu-central-1:123456789012:function:prod-*:*',
    'arn:aws:logs:eu-central-1:123456789012:log-group:prod-*',
    'arn:aws:logs:eu-central-1:123456789012:log-group:prod-*:*',
    'arn:aws:iam::123456789012:role/prod-*',
    'x-arn:aws:s3:::source',
    'x-arn:aws:s3:::source/*',
    'arn:aws:s3:::source/*?',
    'x-arn:aws:logs:eu-central-1:123456789012:log-group:resizer:*',
    'arn:aws:logs:eu-central-1:123456789012:log-group:resizer:*:log-stream:*',
    'x-arn:aws:lambda:eu-central-1:123456789012:function:resizer:*',
    'arn:aws:lambda:eu-central-1:123456789012:function:resizer:*:*',
  ])('rejects %s, also as one of several', (arn) => {
    for (const arns of [[arn], ['arn:aws:s3:::source', arn]])
      expect(brokenBy('exact-resources', on(...arns))).toHaveLength(1);
  });

  test('all but a few are all', () => {
    const statement = {
      Effect: 'Allow',
      Action: 's3:GetObject',
      NotResource: 'arn:aws:s3:::source',
    };
    const stack = changed('role-policy', { policy: policy(statement) });
    expect(brokenBy('exact-resources', stack)).toEqual(['exact-resources: role-policy']);
  });

  test('a denial may be about every resource', () => {
    const deny = policy({ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' });
    expect(brokenBy('exact-resources', changed('role-policy', { policy: deny }))).toEqual([]);
  });

  test('actions without resources take `*`, unless another action is with them', () => {
    const traces = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
    const all = (Action: string[]) =>
      changed('role-policy', { policy: policy({ Effect: 'Allow', Action, Resource: '*' }) });
    expect(brokenBy('exact-resources', all(traces))).toEqual([]);
    expect(brokenBy('exact-resources', all([...traces, 's3:GetObject']))).toHaveLength(1);
  });

  test.each([
    ...['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets'],
    ...['DeleteNetworkInterface', 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'],
  ])('ec2:%s of a function in a VPC takes `*`', (action) => {
    const statement = { Effect: 'Allow', Action: `ec2:${action}`, Resource: '*' };
    const stack = changed('role-policy', { policy: policy(statement) });
    expect(brokenBy('exact-resources', stack)).toEqual([]);
  });

  test('`*` is the key in the key’s own policy, as its property or as a resource', () => {
    const statement = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' };
    const inKey = changed('key', { policy: policy(statement) });
    expect(brokenBy('exact-resources', inKey)).toEqual([]);
    const otherKeys = policy({ ...statement, Resource: 'arn:aws:kms:*:*:key/*' });
    expect(brokenBy('exact-resources', changed('key', { policy: otherKeys }))).toHaveLength(1);
  });
});

describe('known-callers', () => {
  const onBehalf = (Condition: object, Principal: object = { Service: 's3.amazonaws.com' }) =>
    brokenBy('known-callers', changed('queue-policy', { policy: letIn(Principal, { Condition }) }));

  test.each([
    { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::source' } },
    { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    { ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::source' } },
    { StringEquals: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:x' } },
  ])('a service is bound by %j', (condition) => {
    expect(onBehalf(condition)).toEqual([]);
  });

  test.each([
    {},
    { Bool: { 'aws:SecureTransport': 'true' } },
    { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
    { StringEquals: { 'aws:SourceIdentity': 'x' } },
    { StringEquals: { 'aws:SourceArnes': 'x' } },
  ])('a service is not bound by %j', (condition) => {
    expect(onBehalf(condition)).toEqual(['known-callers: queue-policy']);
  });

  test('one condition among several binds, and one service among several principals counts', () => {
    const both = {
      Bool: { 'aws:SecureTransport': 'true' },
      ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::source' },
    };
    expect(onBehalf(both)).toEqual([]);
    const principals = { AWS: '123456789012', Service: ['s3.amazonaws.com'] };
    expect(onBehalf({}, principals)).toEqual(['known-callers: queue-policy']);
  });

  test('accounts need no condition, and a denial may be for everybody', () => {
    expect(onBehalf({}, { AWS: '123456789012' })).toEqual([]);
    expect(
      brokenBy('known-callers', changed('queue-policy', { policy: policy(tls('sqs:*')) })),
    ).toEqual([]);
  });

  test('a role does not let everybody in', () => {
    const everybody = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
    const stack = changed('role', { assumeRolePolicy: policy(everybody) });
    expect(brokenBy('known-callers', stack)).toEqual(['known-callers: role']);
  });

  test('reads policies of every kind', () => {
    const open = policy({ Effect: 'Allow', Principal: '*', Action: 'x:Y', Resource: 'z' });
    for (const name of ['bucket-policy', 'queue', 'queue-policy', 'alarms-policy'])
      expect(brokenBy('known-callers', changed(name, { policy: open }))).toEqual([
        `known-callers: ${name}`,
      ]);
    for (const name of ['role-policy', 'key', 'key-policy'])
      expect(brokenBy('known-callers', changed(name, { policy: open }))).toEqual([
        `known-callers: ${name}`,
      ]);
    const managed = [
      ...soundStack(),
      resource(IAM_POLICY, 'managed', { policy: JSON.parse(open) as object }),
    ];
    expect(brokenBy('known-callers', managed)).toEqual(['known-callers: managed']);
  });

  test('a resource without a policy, or with an empty one, has no problem', () => {
    for (const empty of [undefined, null, ''])
      expect(brokenBy('known-callers', changed('queue', { policy: empty }))).toEqual([]);
  });
});

describe('data-is-kept', () => {
  test.each(['access', 'ownership', 'encryption', 'bucket-policy'])(
    'a protected bucket keeps its %s',
    (guard) => {
      for (const options of [{ protect: false }, { retainOnDelete: false }])
        expect(brokenBy('data-is-kept', changed(guard, {}, options))).toEqual([
          'data-is-kept: source',
        ]);
    },
  );

  test('a protected bucket keeps its lifecycle rules', () => {
    const lifecycle = {
      ...resource(TYPES.BUCKET_LIFECYCLE, 'lifecycle', {
        bucket: 'source',
      }),
    };
    expect(brokenBy('data-is-kept', [...soundStack(), lifecycle])).toHaveLength(1);
    const kept = { ...lifecycle, protect: true, retainOnDelete: undefined };
    expect(brokenBy('data-is-kept', [...soundStack(), kept])).toEqual([]);
  });

  test('a protected key keeps its policy', () => {
    for (const options of [{ protect: false }, { retainOnDelete: false }])
      expect(brokenBy('data-is-kept', changed('key-policy', {}, options))).toEqual([
        'data-is-kept: key',
      ]);
  });

  const disposable = (name: string) =>
    resource(BUCKET, name, { bucket: name, forceDestroy: true, tags: { a: 'b' } });

  test('the key of protected data is protected, though other data is disposable', () => {
    const stack = [...changed('key', {}, { protect: false }), disposable('scratch')];
    expect(brokenBy('data-is-kept', stack)).toEqual(['data-is-kept: key']);
  });

  test('the key of disposable data may go, and disposable buckets need no guards', () => {
    const stack = soundStack().map((one) =>
      one.type === BUCKET
        ? disposable(one.name)
        : { ...one, protect: false, retainOnDelete: false },
    );
    expect(brokenBy('data-is-kept', stack)).toEqual([]);
  });

  test('protected data stays when the stack goes', () => {
    for (const name of ['source', 'key'])
      expect(brokenBy('data-is-kept', changed(name, {}, { retainOnDelete: false }))).toEqual([
        `data-is-kept: ${name}`,
      ]);
  });
});

describe('the function and its queue', () => {
  const of = (rule: string, name: string, properties: object) =>
    brokenBy(rule, changed(name, properties));

  test('a message stays away for 6 × timeout + window, with the defaults of AWS', () => {
    expect(of('visibility-timeout', 'queue', { visibilityTimeoutSeconds: 365 })).toEqual([]);
    const none = { maximumBatchingWindowInSeconds: undefined };
    const defaults = changed('trigger', none).map((one) => {
      if (one.name === 'queue')
        return { ...one, properties: { ...one.properties, visibilityTimeoutSeconds: undefined } };
      // Lambda's default is 3 seconds: 18 are needed, and SQS hides a message for 30.
      if (one.name === 'resizer')
        return { ...one, properties: { ...one.properties, timeout: undefined } };
      return one;
    });
    expect(brokenBy('visibility-timeout', defaults)).toEqual([]);
    expect(
      brokenBy(
        'visibility-timeout',
        defaults.map((one) =>
          one.name === 'resizer' ? { ...one, properties: { ...one.properties, timeout: 6 } } : one,
        ),
      ),
    ).toEqual(['visibility-timeout: trigger']);
  });

  test.each([
    [17, 1],
    [18, 0],
  ])('%d seconds for a function with the default timeout', (visibilityTimeoutSeconds, problems) => {
    const stack = changed('queue', { visibilityTimeoutSeconds }).map((one) => {
      const none = { timeout: undefined, maximumBatchingWindowInSeconds: undefined };
      return { ...one, properties: { ...one.properties, ...none } };
    });
    expect(brokenBy('visibility-timeout', stack)).toHaveLength(problems);
  });

  test('a queue or function of another stack is not judged', () => {
    for (const rule of ['visibility-timeout', 'dead-letters'])
      expect(of(rule, 'trigger', { eventSourceArn: 'arn:aws:sqs:eu-central-1:1:other' })).toEqual(
        [],
      );
    expect(of('visibility-timeout', 'trigger', { functionName: 'other' })).toEqual([]);
    expect(of('bounded-concurrency', 'trigger', { functionName: 'other' })).toEqual([]);
  });

  test.each([4, 5])('%d attempts', (maxReceiveCount) => {
    const redrivePolicy = JSON.stringify({ maxReceiveCount, deadLetterTargetArn: 'elsewhere' });
    expect(of('dead-letters', 'queue', { redrivePolicy })).toHaveLength(
      maxReceiveCount < 5 ? 1 : 0,
    );
  });

  test('dead letters stay longer than messages, with SQS’s default of four days', () => {
    expect(of('dead-letters', 'letters', { messageRetentionSeconds: 345_601 })).toEqual([]);
    expect(of('dead-letters', 'letters', { messageRetentionSeconds: undefined })).toHaveLength(1);
    expect(of('dead-letters', 'queue', { messageRetentionSeconds: 1_209_600 })).toHaveLength(1);
    expect(of('dead-letters', 'queue', { messageRetentionSeconds: undefined })).toEqual([]);
  });

  test.each([
    [1, 10, 1],
    [2, 10, 0],
    [10, 10, 0],
    [11, 10, 1],
    [1000, -1, 0],
    [2, 0, 1],
    [1000, undefined, 0],
    ['10', 10, 1],
  ])('%j calls at once, %j reserved', (maximumConcurrency, reserved, problems) => {
    const stack = changed('trigger', { scalingConfig: { maximumConcurrency } }).map((one) =>
      one.name === 'resizer'
        ? { ...one, properties: { ...one.properties, reservedConcurrentExecutions: reserved } }
        : one,
    );
    expect(brokenBy('bounded-concurrency', stack)).toHaveLength(problems);
  });

  test('an environment has at most 4,096 bytes, names and values together', () => {
    const bytes = (count: number) => ({
      environment: { variables: { ab: 'x'.repeat(count - 2) } },
    });
    expect(of('environment-fits', 'resizer', bytes(4096))).toEqual([]);
    expect(of('environment-fits', 'resizer', bytes(4097))).toHaveLength(1);
    for (const none of [undefined, null])
      expect(of('environment-fits', 'resizer', { environment: none })).toEqual([]);
  });
});

describe('observability', () => {
  test.each([
    ['See https://wiki.example.com/runbook#dead-letters', 0],
    ['See http://wiki/runbook#a', 0],
    ['See docs/runbook.md#dead-letters', 0],
    ['See docs/runbook.md', 1],
    ['See docs/other.md#dead-letters', 1],
    [undefined, 1],
  ])('an alarm that says %j', (alarmDescription, problems) => {
    for (const type of [METRIC_ALARM, COMPOSITE_ALARM])
      expect(
        brokenBy('alarms-reach-somebody', changed('alarm', { alarmDescription }, { type })),
      ).toHaveLength(problems);
  });

  test('a topic that is unknown during the preview is an action', () => {
    const alarm = (sources: Resource['sources']) =>
      brokenBy(
        'alarms-reach-somebody',
        changed('alarm', { alarmActions: undefined }, sources ? { sources } : {}),
      );
    expect(alarm({ alarmActions: ['topic'] })).toEqual([]);
    expect(alarm({ alarmActions: [] })).toHaveLength(1);
    expect(alarm(undefined)).toHaveLength(1);
  });

  test('a log group that is unknown during the preview is a log group', () => {
    const logging = (sources: Resource['sources']) =>
      brokenBy(
        'logs-expire',
        changed('resizer', { loggingConfig: undefined }, sources ? { sources } : {}),
      );
    expect(logging({ loggingConfig: ['logs'] })).toEqual([]);
    expect(logging({ loggingConfig: [] })).toHaveLength(1);
    for (const none of [{}, 'logs'])
      expect(brokenBy('logs-expire', changed('resizer', { loggingConfig: none }))).toHaveLength(1);
  });

  test.each([
    [1, 0],
    [0, 1],
    [undefined, 1],
    ['30', 1],
  ])('logs that are kept for %j days', (retentionInDays, problems) => {
    expect(brokenBy('logs-expire', changed('logs', { retentionInDays }))).toHaveLength(problems);
  });
});

describe('tagged', () => {
  const TAGGABLE = [
    ...[BUCKET, QUEUE, TOPIC, KEY, FUNCTION, EVENT_SOURCE_MAPPING, ROLE, IAM_POLICY, LOG_GROUP],
    ...[METRIC_ALARM, COMPOSITE_ALARM, EVENT_BUS, EVENT_RULE, DISTRIBUTION, CLOUDFRONT_FUNCTION],
  ];

  test.each(TAGGABLE)('%s has a tag', (type) => {
    const of = (properties: object) => brokenBy('tagged', [resource(type, 'it', properties)]);
    expect(of({})).toEqual(['tagged: it']);
    expect(of({ tags: { team: 'media' } })).toEqual([]);
    expect(of({ tagsAll: { team: 'media' } })).toEqual([]);
  });

  test.each([
    [{ 'darkroom:stack': 'prod' }, 1],
    [{ 'darkroom:pipeline': 'photos' }, 1],
    [{ 'darkroom:stack': 'prod', 'darkroom:pipeline': 'photos' }, 0],
  ])('inside a pipeline, tags %j', (tags, problems) => {
    const inside = { ...resource(QUEUE, 'it', { tags }), id: `${PIPELINE}$${QUEUE} it` };
    expect(brokenBy('tagged', [inside])).toHaveLength(problems);
  });

  test('what has no tags is not judged', () => {
    expect(brokenBy('tagged', [resource(KEY_POLICY, 'it', {})])).toEqual([]);
  });
});

describe('a resource names another', () => {
  test.each(['arn', 'url', 'id', 'bucket', 'name', 'keyId'])('by its %s', (name) => {
    const [source, access] = soundStack();
    if (!source || !access) throw new Error('the sound stack begins with a bucket and its block');
    const renamed = { ...source, properties: { [name]: 'one name' } };
    const block = { ...access, properties: { ...access.properties, bucket: 'one name' } };
    const stack = new Stack([renamed, block]);
    expect(stack.target(block, 'bucket', BUCKET)).toBe(renamed);
    expect(stack.target(block, 'bucket', QUEUE)).toBeUndefined();
  });

  test('by what the value comes from, though the value is not known', () => {
    const [source, access] = soundStack();
    if (!source || !access) throw new Error('the sound stack begins with a bucket and its block');
    const other = { ...source, id: 'other', properties: { bucket: 'source' } };
    const block = { ...access, properties: {}, sources: { bucket: [source.id] } };
    const stack = new Stack([other, source, block]);
    expect(stack.target(block, 'bucket', BUCKET)).toBe(source);
    expect(stack.target({ ...block, sources: {} }, 'bucket', BUCKET)).toBeUndefined();
  });
});
