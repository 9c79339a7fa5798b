import { outputKeys, recipesSchema, type Recipe } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { functionStatements, type Arns } from './function-role.ts';

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
