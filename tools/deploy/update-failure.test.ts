import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { errorsIn, updateFailure } from './update-failure.ts';

test.each([
  [
    'a missing permission',
    'operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: arn:aws:iam::1:user/d is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/r because no identity-based policy allows the iam:CreateRole action',
    'PERMISSION',
  ],
  [
    'a missing permission, from S3',
    'operation error S3: PutBucketPolicy, https response error StatusCode: 403, RequestID: 1, HostID: 2, api error AccessDenied: Access Denied',
    'PERMISSION',
  ],
  [
    'an expired session',
    'operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1, api error ExpiredToken: The security token included in the request is expired',
    'CREDENTIALS',
  ],
  [
    'an expired session, from S3',
    'operation error S3: HeadBucket, https response error StatusCode: 400, RequestID: 1, HostID: 2, api error ExpiredToken: The provided token has expired.',
    'CREDENTIALS',
  ],
  [
    'too much memory for a new account',
    "operation error Lambda: CreateFunction, https response error StatusCode: 400, RequestID: 1, InvalidParameterValueException: 'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008",
    'QUOTA',
  ],
  [
    'too much reserved concurrency',
    "operation error Lambda: PutFunctionConcurrency, https response error StatusCode: 400, RequestID: 1, InvalidParameterValueException: Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    'QUOTA',
  ],
  [
    'no storage for functions',
    'operation error Lambda: CreateFunction, https response error StatusCode: 400, RequestID: 1, CodeStorageExceededException: Code storage limit exceeded.',
    'QUOTA',
  ],
  [
    'too many roles',
    'operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: 1, LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000',
    'QUOTA',
  ],
  [
    'too many cache policies',
    'operation error CloudFront: CreateCachePolicy, https response error StatusCode: 400, RequestID: 1, TooManyCachePolicies: limit reached',
    'QUOTA',
  ],
  [
    'a bucket name that is taken',
    'operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 1, HostID: 2, BucketAlreadyExists: ',
    'NAME_TAKEN',
  ],
  [
    'a missing existing bucket',
    'error serializing property "policy": invocation of aws:s3/getBucket:getBucket returned an error: reading S3 Bucket (my-uploads): couldn\'t find resource',
    'STACK_FILE',
  ],
  ['a lock', 'error: the stack is currently locked by 1 lock(s).', 'LOCKED'],
  [
    'a missing passphrase',
    'error: could not create secrets manager for new stack: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables',
    'PASSPHRASE',
  ],
  [
    'a wrong passphrase',
    'error: could not load encryption salt or key for stack config: getting secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables: incorrect passphrase',
    'PASSPHRASE',
  ],
])('%s has a remedy', (_what, message, code) => {
  expect(updateFailure(['update failed', message])).toMatchObject({
    code,
    remedy: expect.stringMatching(/^[A-Z].+\.$/),
  });
});

test.each([
  'the policy pack reports violations',
  'operation error Lambda: CreateFunction, https response error StatusCode: 429, RequestID: 1, TooManyRequestsException: Rate exceeded',
])('%s has none', (message) => {
  expect(updateFailure([message])).toBeUndefined();
});

test('reads the errors of an event log, and nothing from a missing one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-event-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = path.join(folder, 'events.json');
  expect(await errorsIn(log)).toEqual([]);
  const events = [
    { sequence: 0, preludeEvent: { config: { diagnosticEvent: 'a name' } } },
    { sequence: 1, diagnosticEvent: { severity: 'warning', message: 'old' } },
    { sequence: 2, diagnosticEvent: { severity: 'error', message: 'AccessDenied' } },
  ];
  await writeFile(log, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  expect(await errorsIn(log)).toEqual(['AccessDenied']);
});
