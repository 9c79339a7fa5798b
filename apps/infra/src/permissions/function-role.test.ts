import { outputKeys, parseSettings, recipesSchema, type Recipe } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { functionStatements, requirePolicySize, type Arns } from './function-role.ts';

const arns: Arns = {
  source: 'arn:aws:s3:::source',
  processed: 'arn:aws:s3:::processed',
  queue: 'arn:aws:sqs:eu-central-1:123456789012:queue',
  deadLetters: 'arn:aws:sqs:eu-central-1:123456789012:dead-letters',
  logGroup: 'arn:aws:logs:eu-central-1:123456789012:log-group:logs',
};
const prefixes = ['uploads/', 'scans/'];
const statements = functionStatements(arns, { prefixes, sideFiles: [], tracing: false });

/** As IAM would decide, for the one wildcard that the statements use. */
function isAllowed(action: string, resource: string): boolean {
  return statements.some(
    ({ Action, Resource = [] }) =>
      Action.includes(action) &&
      Resource.some((allowed) =>
        allowed.endsWith('*') ? resource.startsWith(allowed.slice(0, -1)) : resource === allowed,
      ),
  );
}

test('grants exactly the permissions that the function uses', () => {
  const granted = statements.flatMap(({ Action, Resource = [] }) =>
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
  const traced = functionStatements(arns, { prefixes, sideFiles: [], tracing: true });
  expect(traced.slice(0, -1)).toEqual(statements);
  expect(traced.at(-1)).toMatchObject({
    Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    Resource: ['*'],
  });
});

test('in a VPC, Lambda may manage its interfaces, and the code of the function may not', () => {
  const options = { prefixes, sideFiles: [], tracing: false, vpcOf: 'photos' };
  const [lambda, code] = functionStatements(arns, options).slice(statements.length);
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
  const { Action, Resource } = functionStatements(arns, {
    prefixes,
    sideFiles: ['brand/logo.png', 'brand/seal.webp'],
    tracing: false,
  }).find(({ Sid }) => Sid === 'ReadSideFiles') ?? { Action: [], Resource: [] };
  expect(Action).toEqual(['s3:GetObject']);
  expect(Resource).toEqual([
    'arn:aws:s3:::source/brand/logo.png',
    'arn:aws:s3:::source/brand/seal.webp',
  ]);
});

test('it may use the keys and the event bus of its stack, each with its own statement', () => {
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/1';
  const sourceKey = 'arn:aws:kms:eu-central-1:123456789012:key/2';
  const eventBus = 'arn:aws:events:eu-central-1:123456789012:event-bus/outcomes';
  const options = { prefixes, sideFiles: [], tracing: false };
  const added = (more: Partial<Arns>) =>
    functionStatements({ ...arns, ...more }, options)
      .slice(statements.length)
      .map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }));
  const allow = (Action: string[], resource: string) => ({
    ...{ Effect: 'Allow', Action, Resource: [resource] },
  });
  expect(added({})).toEqual([]);
  expect(added({ key })).toEqual([allow(['kms:Decrypt', 'kms:GenerateDataKey'], key)]);
  expect(added({ sourceKey })).toEqual([allow(['kms:Decrypt'], sourceKey)]);
  expect(added({ eventBus })).toEqual([allow(['events:PutEvents'], eventBus)]);
});

test('every statement allows, and has an own name', () => {
  expect(new Set(statements.map(({ Effect }) => Effect))).toEqual(new Set(['Allow']));
  const sids = statements.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
});

test('a policy of 10,240 characters fits, and one of 10,241 is refused', () => {
  let refusal = '';
  const fits = (count: number, busNameLength: number) => {
    const busArn = `arn:aws:events:us-east-1:123456789012:event-bus/${'b'.repeat(busNameLength)}`;
    const recipes = [{ name: 'photos', variants: [{ name: 'small', steps: [] }] }];
    const settings = parseSettings({ recipes, events: { busArn } }, 'test');
    const many = Array.from({ length: count }, (_, index) => `tenants/${1000 + index}/`);
    try {
      requirePolicySize('photos', settings, { prefixes: many, sideFiles: [], tracing: false });
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
