import {
  outputKeys,
  parseSettings,
  recipesSchema,
  type Recipe,
  type SettingsInput,
} from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { ImagePipeline } from '../image-pipeline.ts';
import { ACCOUNT, REGION } from '../testing/provider.ts';
import { runWithMocks, statementsOf } from '../testing/run-with-mocks.ts';
import { functionStatements, requirePolicySize, type Arns } from './function-role.ts';

const arns: Arns = {
  source: 'arn:aws:s3:::source',
  processed: 'arn:aws:s3:::processed',
  queue: 'arn:aws:sqs:eu-central-1:123456789012:queue',
  deadLetters: 'arn:aws:sqs:eu-central-1:123456789012:dead-letters',
  logGroup: 'arn:aws:logs:eu-central-1:123456789012:log-group:logs',
};
const prefixes = ['uploads/', 'scans/'];
const statementsWith = (
  more: Partial<Arns> = {},
  contents: Partial<Parameters<typeof functionStatements>[1]> = {},
) =>
  functionStatements(
    { ...arns, ...more },
    { prefixes, sideFiles: [], tracing: false, ...contents },
  );

const settingsWith = (input: Omit<SettingsInput, 'recipes'>) =>
  parseSettings(
    { recipes: [{ name: 'photos', variants: [{ name: 'small', steps: [] }] }], ...input },
    'test',
  );
const manyPrefixes = (count: number) =>
  Array.from({ length: count }, (_, index) => `tenants/${1000 + index}/`);

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/ffffffff-0000-4000-8000-000000000000';
const KEY_ID = 'key/ffffffff-0000-4000-8000-000000000000';
const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/team';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** The names of the longest regions, such as `ap-southeast-1`, have 14 characters. */
const longest = (service: string, resource: string) =>
  `arn:aws:${service}:ap-southeast-1:123456789012:${resource}`;

/** As IAM would decide, for the one wildcard that the statements use. */
function isAllowed(action: string, resource: string): boolean {
  return statementsWith().some(
    ({ Action, Resource = [] }) =>
      Action.includes(action) &&
      Resource.some((allowed) =>
        allowed.endsWith('*') ? resource.startsWith(allowed.slice(0, -1)) : resource === allowed,
      ),
  );
}

test('grants exactly the permissions that the function uses', () => {
  const granted = statementsWith().flatMap(({ Action, Resource = [] }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  );
  expect(granted).toEqual([
    's3:GetObject arn:aws:s3:::source/uploads/*',
    's3:GetObject arn:aws:s3:::source/scans/*',
    's3:GetObject arn:aws:s3:::processed/uploads/*',
    's3:GetObject arn:aws:s3:::processed/scans/*',
    's3:GetObject arn:aws:s3:::processed/_long/*',
    's3:PutObject arn:aws:s3:::processed/uploads/*',
    's3:PutObject arn:aws:s3:::processed/scans/*',
    's3:PutObject arn:aws:s3:::processed/_long/*',
    's3:DeleteObject arn:aws:s3:::processed/uploads/*',
    's3:DeleteObject arn:aws:s3:::processed/scans/*',
    's3:DeleteObject arn:aws:s3:::processed/_long/*',
    's3:ListBucket arn:aws:s3:::source',
    's3:ListBucket arn:aws:s3:::processed',
    'sqs:ReceiveMessage arn:aws:sqs:eu-central-1:123456789012:queue',
    'sqs:DeleteMessage arn:aws:sqs:eu-central-1:123456789012:queue',
    'sqs:GetQueueAttributes arn:aws:sqs:eu-central-1:123456789012:queue',
    'sqs:ChangeMessageVisibility arn:aws:sqs:eu-central-1:123456789012:queue',
    'sqs:SendMessage arn:aws:sqs:eu-central-1:123456789012:dead-letters',
    'logs:CreateLogStream arn:aws:logs:eu-central-1:123456789012:log-group:logs:*',
    'logs:PutLogEvents arn:aws:logs:eu-central-1:123456789012:log-group:logs:*',
  ]);
});

test.each(['uploads/cat.jpg', `uploads/${'long'.repeat(254)}`])(
  'outputs of %.20s may be written where they belong',
  (key) => {
    const [recipe] = recipesSchema.parse([
      { name: 'photos', variants: [{ name: 'small', steps: [] }] },
    ]) as [Recipe];
    const keys = outputKeys(key, recipe);
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'])
      for (const output of [keys.manifest, keys.output('small', 'webp')])
        expect(isAllowed(action, `${arns.processed}/${output}`)).toBe(true);
  },
);

test('it may send traces where tracing is on', () => {
  const traced = statementsWith({}, { tracing: true });
  expect(traced.slice(0, -1)).toEqual(statementsWith());
  expect(traced.at(-1)).toMatchObject({
    Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    Resource: ['*'],
  });
});

test('in a VPC, Lambda may manage its interfaces, and the code of the function may not', () => {
  const [lambda, code] = statementsWith({}, { vpcOf: 'photos' }).slice(statementsWith().length);
  // The managed policy AWSLambdaVPCAccessExecutionRole, without its logs.
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  expect(lambda).toMatchObject({ Effect: 'Allow', Action: actions, Resource: ['*'] });
  const functions = 'arn:aws:lambda:eu-central-1:123456789012:function:photos-resizer-*';
  expect(code).toMatchObject({
    ...{ Effect: 'Deny', Action: actions, Resource: ['*'] },
    Condition: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
  });
});

test('it may read the side files that recipes name, by their very keys', () => {
  const { Action, Resource } = statementsWith(
    {},
    { sideFiles: ['brand/logo.png', 'brand/seal.webp'] },
  ).find(({ Sid }) => Sid === 'ReadSideFiles') ?? { Action: [], Resource: [] };
  expect(Action).toEqual(['s3:GetObject']);
  expect(Resource).toEqual([
    'arn:aws:s3:::source/brand/logo.png',
    'arn:aws:s3:::source/brand/seal.webp',
  ]);
});

test('it may use the keys, the event bus and the webhook of its stack, each with its own statement', () => {
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/1';
  const sourceKey = 'arn:aws:kms:eu-central-1:123456789012:key/2';
  const eventBus = 'arn:aws:events:eu-central-1:123456789012:event-bus/outcomes';
  const webhookQueue = 'arn:aws:sqs:eu-central-1:123456789012:webhook';
  const added = (more: Partial<Arns>) =>
    statementsWith(more)
      .slice(statementsWith().length)
      .map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }));
  const allow = (Action: string[], resource: string) => ({
    ...{ Effect: 'Allow', Action, Resource: [resource] },
  });
  expect(added({})).toEqual([]);
  expect(added({ key })).toEqual([allow(['kms:Decrypt', 'kms:GenerateDataKey'], key)]);
  expect(added({ sourceKey })).toEqual([allow(['kms:Decrypt'], sourceKey)]);
  expect(added({ eventBus })).toEqual([allow(['events:PutEvents'], eventBus)]);
  expect(added({ webhookQueue })).toEqual([allow(['sqs:SendMessage'], webhookQueue)]);
});

test('every statement allows, except the one about interfaces, and has an own name that IAM accepts', () => {
  const all = statementsWith(
    { key: 'key', sourceKey: 'sourceKey', eventBus: 'bus', webhookQueue: 'queue' },
    { sideFiles: ['logo.png'], tracing: true, vpcOf: 'photos' },
  );
  const denials = all.filter(({ Effect }) => Effect !== 'Allow').map(({ Sid }) => Sid);
  expect(denials).toEqual(['DenyInterfacesToCode']);
  const sids = all.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  // IAM user guide, "IAM JSON policy elements: Sid".
  for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
});

test('a policy of 10,240 characters fits, and one of 10,241 is refused', () => {
  let refusal = '';
  const fits = (count: number, busNameLength: number) => {
    const busArn = `arn:aws:events:us-east-1:123456789012:event-bus/${'b'.repeat(busNameLength)}`;
    const contents = { prefixes: manyPrefixes(count), sideFiles: [], tracing: false };
    try {
      requirePolicySize('photos', settingsWith({ events: { busArn } }), contents);
    } catch (error) {
      refusal = String(error);
      return false;
    }
    return true;
  };
  let [count, length] = [1, 1];
  while (fits(count + 1, 1)) count += 1;
  while (fits(count, length + 1)) length += 1;
  expect(refusal).toContain("the policy of the function's role has 10,241 characters");
});

test.each<[string, Omit<SettingsInput, 'recipes'>, Partial<Arns>]>([
  ['no options', {}, {}],
  ['an existing bucket', { source: { bucket: 'holiday' } }, { source: 'arn:aws:s3:::holiday' }],
  [
    'the key of an existing bucket',
    { source: { bucket: 'holiday', keyArn: KEY } },
    { source: 'arn:aws:s3:::holiday', sourceKey: KEY },
  ],
  ['a key of the stack', { encryption: { kms: true } }, { key: longest('kms', KEY_ID) }],
  [
    'an event bus of the stack',
    { events: {} },
    { eventBus: longest('events', 'event-bus/photos-outcomes-0a1b2c3') },
  ],
  ['a given event bus', { events: { busArn: BUS } }, { eventBus: BUS }],
  [
    'a webhook',
    { events: { webhook: { url: 'https://shop.example/', secret: SECRET } } },
    {
      eventBus: longest('events', 'event-bus/photos-outcomes-0a1b2c3'),
      webhookQueue: longest('sqs', 'photos-webhook-queue-0a1b2c3'),
    },
  ],
])(
  'before the resources have names, a policy with %s has the length of the longest ones',
  (_what, input, more) => {
    const longestArns: Arns = {
      source: 'arn:aws:s3:::photos-source-0a1b2c3',
      processed: 'arn:aws:s3:::photos-processed-0a1b2c3',
      queue: longest('sqs', 'photos-queue-0a1b2c3'),
      deadLetters: longest('sqs', 'photos-dead-letters-0a1b2c3'),
      logGroup: longest('logs', 'log-group:photos-logs-0a1b2c3'),
      ...more,
    };
    const contents = { prefixes: manyPrefixes(200), sideFiles: [], tracing: false };
    const policy = { Version: '2012-10-17', Statement: functionStatements(longestArns, contents) };
    const { length } = JSON.stringify(policy);
    expect(() => requirePolicySize('photos', settingsWith(input), contents)).toThrow(
      expect.objectContaining({
        code: 'POLICY_TOO_LARGE',
        message: expect.stringContaining(` ${length.toLocaleString('en')} characters`),
      }),
    );
  },
);

describe('a deployment', () => {
  const recipes: SettingsInput['recipes'] = [
    {
      ...{ name: 'photos', match: { prefix: 'uploads/' } },
      variants: [{ name: 'small', steps: [{ watermark: 's3:brand/logo.png' }] }],
    },
  ];
  const deploy = (settings: Omit<SettingsInput, 'recipes'>) =>
    runWithMocks(
      () => new ImagePipeline('photos', { recipes, ...settings, packageDir: import.meta.dirname }),
    );
  const of = (service: string, resource: string) =>
    `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}-0a1b2c3`;

  test('names what it creates in the policy of its function', async () => {
    const deployment = await deploy({});
    const created: Arns = {
      source: 'arn:aws:s3:::photos-source-0a1b2c3',
      processed: 'arn:aws:s3:::photos-processed-0a1b2c3',
      queue: of('sqs', 'photos-queue'),
      deadLetters: of('sqs', 'photos-dead-letters'),
      logGroup: of('logs', 'log-group:photos-logs'),
    };
    const contents = { prefixes: ['uploads/'], sideFiles: ['brand/logo.png'], tracing: false };
    const { inputs } = deployment.resource('photos-role-policy');
    expect(inputs).toEqual({
      role: 'photos-role-0a1b2c3',
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: functionStatements(created, contents),
      }),
    });
  });

  test('adds what each feature needs', async () => {
    const webhook = { url: 'https://shop.example/', secret: SECRET };
    const deployment = await deploy({
      ...{ source: { bucket: 'holiday', keyArn: KEY }, encryption: { kms: true }, tracing: true },
      events: { webhook },
      function: {
        vpc: { subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] },
      },
    });
    const statements = statementsOf(deployment.resource('photos-role-policy').inputs);
    const resourcesOf = Object.fromEntries(statements.map(({ Sid, Resource }) => [Sid, Resource]));
    expect(resourcesOf).toMatchObject({
      ReadUploads: ['arn:aws:s3:::holiday/uploads/*'],
      UseKey: [expect.stringMatching(/^arn:aws:kms:eu-central-1:123456789012:key\/[0-9a-f-]{36}$/)],
      DecryptUploads: [KEY],
      TellOutcomes: [of('events', 'event-bus/photos-outcomes')],
      TellWebhook: [of('sqs', 'photos-webhook-queue')],
      SendTraces: ['*'],
      ManageInterfaces: ['*'],
      DenyInterfacesToCode: ['*'],
    });
    expect(JSON.stringify(statements)).toContain(':function:photos-resizer-*');
  });

  test('has a role that Lambda alone may take, with the tags of the stack', async () => {
    const deployment = await deploy({ tags: { team: 'web' } });
    expect(deployment.resource('photos-role').inputs).toEqual({
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            ...{ Sid: 'AllowLambda', Effect: 'Allow' },
            ...{ Principal: { Service: 'lambda.amazonaws.com' }, Action: ['sts:AssumeRole'] },
          },
        ],
      }),
      tags: expect.objectContaining({ team: 'web' }) as object,
    });
  });

  test('limits the role by a boundary, if one is given', async () => {
    const permissionsBoundary = 'arn:aws:iam::123456789012:policy/boundary';
    const deployment = await deploy({ function: { permissionsBoundary } });
    const { inputs } = deployment.resource('photos-role');
    expect(inputs['permissionsBoundary']).toBe(permissionsBoundary);
  });

  test('refuses a policy that IAM would refuse', async () => {
    const many = manyPrefixes(100).map((prefix, index) => ({
      ...{ name: `tenant${index}`, match: { prefix: `${prefix}${'p'.repeat(50)}` } },
      variants: [{ name: 'small', steps: [] }],
    }));
    await expect(
      runWithMocks(
        () => new ImagePipeline('photos', { recipes: many, packageDir: import.meta.dirname }),
      ),
    ).rejects.toMatchObject({ code: 'POLICY_TOO_LARGE' });
  });
});
