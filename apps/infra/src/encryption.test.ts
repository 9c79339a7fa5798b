import type { SettingsInput } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { keyStatements, type KeyUsers } from './permissions/key-policy.ts';
import { ACCOUNT, REGION } from './testing/provider.ts';
import { runWithMocks, statementsOf } from './testing/run-with-mocks.ts';

const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];
const deploy = (settings: Partial<SettingsInput>) =>
  runWithMocks(
    () => new ImagePipeline('photos', { recipes, packageDir: import.meta.dirname, ...settings }),
  );

/** What holds data, and how it names the key. */
const ENCRYPTED: [name: string, input: string][] = [
  ['photos-queue', 'kmsMasterKeyId'],
  ['photos-dead-letters', 'kmsMasterKeyId'],
  ['photos-logs', 'kmsKeyId'],
  ['photos-resizer', 'kmsKeyArn'],
  ['photos-alarms', 'kmsMasterKeyId'],
  ['photos-outcomes', 'kmsKeyIdentifier'],
];
const OWN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000000`;
const GIVEN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/ffffffff-0000-4000-8000-000000000000`;

describe.each([
  ['a key of the stack', true, OWN],
  ['a given key', GIVEN, GIVEN],
])('%s', (_what, kms, arn) => {
  const inputs = async () => {
    const deployment = await deploy({ encryption: { kms }, events: {}, delivery: {} });
    return (name: string) => deployment.resource(name).inputs;
  };

  test('encrypts all that the pipeline keeps', async () => {
    const inputsOf = await inputs();
    for (const [name, input] of ENCRYPTED)
      expect({ name, key: inputsOf(name)[input] }).toEqual({ name, key: arn });
    for (const name of ['photos-queue', 'photos-dead-letters'])
      expect(inputsOf(name)).not.toHaveProperty('sqsManagedSseEnabled');
    for (const name of ['photos-source', 'photos-processed'])
      expect(inputsOf(`${name}-encryption`)['rules']).toEqual([
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: arn },
          bucketKeyEnabled: true,
        },
      ]);
  });

  test('may be used by the function, and no other key', async () => {
    const inputsOf = await inputs();
    const withKey = statementsOf(inputsOf('photos-role-policy')).filter(({ Action }) =>
      Action.some((action) => action.startsWith('kms:')),
    );
    expect(withKey).toEqual([
      {
        Sid: 'UseKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: [arn],
      },
    ]);
  });
});

test('a key of the stack turns over, can be fetched back for a month, and stays with the data', async () => {
  for (const protect of [true, false]) {
    const deployment = await deploy({ encryption: { kms: true }, storage: { protect } });
    expect(deployment.resource('photos-key').inputs).toMatchObject({
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    });
    for (const name of ['photos-key', 'photos-key-alias', 'photos-key-policy'])
      expect(deployment.resource(name)).toMatchObject({ protect, retainOnDelete: protect });
  }
});

test('nothing asks for the key before its policy lets it', async () => {
  const deployment = await deploy({ encryption: { kms: true }, events: {} });
  for (const name of ['photos-logs', 'photos-outcomes', 'photos-notification'])
    expect(deployment.resource(name).dependsOn).toContain('photos-key-policy');
});

test('a given key keeps its own policy', async () => {
  const { resources } = await deploy({ encryption: { kms: GIVEN } });
  expect(resources.filter(({ type }) => type.startsWith('aws:kms/'))).toEqual([]);
});

test('uses service-managed keys by default, without extra permissions', async () => {
  const deployment = await deploy({ events: {} });
  for (const [name, input] of ENCRYPTED)
    expect(deployment.resource(name).inputs).not.toHaveProperty(input);
  expect(JSON.stringify(deployment.resources.map(({ inputs }) => inputs))).not.toContain('kms:');
});

test.each([
  ['an own bus', {}, true],
  ['a given bus', { busArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/team` }, false],
  ['no bus', undefined, false],
])('with %s, the key’s policy names it: %j', async (_what, events, isNamed) => {
  const deployment = await deploy({ encryption: { kms: true }, ...(events && { events }) });
  const sids = statementsOf(deployment.resource('photos-key-policy').inputs).map(({ Sid }) => Sid);
  expect(sids.includes('EncryptEvents')).toBe(isNamed);
});

describe('the key’s policy', () => {
  const users: KeyUsers = {
    key: OWN,
    name: 'photos',
    source: 'arn:aws:s3:::photos-source-0a1b2c3',
    rules: [],
    eventBus: false,
  };
  const sids = (more: Partial<KeyUsers>) =>
    keyStatements({ ...users, ...more }).map(({ Sid }) => Sid);

  test('names only the services that the pipeline is made of', () => {
    expect(sids({})).toEqual([
      'LetAccountDecide',
      'SourceBucketNotifies',
      'EncryptLogs',
      'AlarmsNotify',
    ]);
    expect(sids({ rules: ['arn:aws:events:r:1:rule/a'] })).toContain('RulesNotify');
    expect(sids({ rules: ['arn:aws:events:r:1:rule/a'] })).toContain('RulesNotifyInAccount');
    expect(sids({ rules: ['arn:aws:events:r:1:rule/a'] })).not.toContain('SourceBucketNotifies');
    expect(sids({ distribution: 'arn:aws:cloudfront::1:distribution/E' })).toContain(
      'DeliverOutputs',
    );
    expect(sids({ eventBus: true })).toContain('EncryptEvents');
  });

  test('lets a service use the key on behalf of this account alone, and of one resource where it says which', () => {
    const statements = keyStatements({
      ...users,
      eventBus: true,
      distribution: `arn:aws:cloudfront::${ACCOUNT}:distribution/E`,
    }).concat(keyStatements({ ...users, rules: [`arn:aws:events:r:${ACCOUNT}:rule/a`] }));
    for (const { Sid, Principal, Action, Condition } of statements) {
      if (typeof Principal === 'object' && 'AWS' in Principal) continue;
      const text = JSON.stringify(Condition);
      expect({ Sid, text }).toEqual({
        Sid,
        text: expect.stringMatching(
          Sid === 'AlarmsNotify' || Sid === 'RulesNotifyInAccount'
            ? /aws:SourceAccount/
            : /aws:SourceArn|kms:EncryptionContext:aws:logs:arn/,
        ),
      });
      expect({ Sid, text }).toEqual({ Sid, text: expect.stringContaining(ACCOUNT) });
      for (const action of Action) expect(action).toMatch(/^kms:[A-Za-z]+$/);
    }
  });

  test('grants each service these actions under these conditions, and nothing else', () => {
    const bus = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/photos-outcomes-*`;
    const logs = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:photos-logs-*`;
    const inAccount = { StringEquals: { 'aws:SourceAccount': ACCOUNT } };
    const rules = [`arn:aws:events:${REGION}:${ACCOUNT}:rule/a`];
    const distribution = `arn:aws:cloudfront::${ACCOUNT}:distribution/E`;
    const granted = keyStatements({ ...users, rules, distribution, eventBus: true }).map(
      ({ Sid, Effect, Resource, Principal, Action, Condition }) => {
        expect({ Sid, Effect, Resource }).toEqual({ Sid, Effect: 'Allow', Resource: ['*'] });
        return [Principal, Action, Condition];
      },
    );
    expect(granted).toEqual([
      [{ AWS: `arn:aws:iam::${ACCOUNT}:root` }, ['kms:*'], undefined],
      [
        { Service: 'events.amazonaws.com' },
        ['kms:GenerateDataKey', 'kms:Decrypt'],
        { ArnEquals: { 'aws:SourceArn': rules } },
      ],
      [{ Service: 'events.amazonaws.com' }, ['kms:GenerateDataKey', 'kms:Decrypt'], inAccount],
      [
        { Service: `logs.${REGION}.amazonaws.com` },
        [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:DescribeKey',
        ],
        { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logs } },
      ],
      [{ Service: 'cloudwatch.amazonaws.com' }, ['kms:GenerateDataKey', 'kms:Decrypt'], inAccount],
      [
        { Service: 'cloudfront.amazonaws.com' },
        ['kms:Decrypt'],
        { ArnEquals: { 'aws:SourceArn': distribution } },
      ],
      [
        { Service: 'events.amazonaws.com' },
        ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt'],
        { ArnLike: { 'aws:SourceArn': bus }, ...inAccount },
      ],
    ]);
  });

  test('is what S3 needs to notify an encrypted queue', () => {
    expect(keyStatements(users)[1]).toEqual({
      Sid: 'SourceBucketNotifies',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: ['*'],
      Condition: {
        ArnEquals: { 'aws:SourceArn': users.source },
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
      },
    });
  });
});
