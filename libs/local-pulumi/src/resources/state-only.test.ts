import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../engine/testing/run.ts';
import { parametersOf } from './state-only.ts';
import { failureOf, startCloud, type Cloud } from './testing/embedded.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const policy = '{"Statement":[]}';
/** CloudFront's ids are random. */
const distributed = (kind: string) =>
  expect.stringMatching(`^arn:aws:cloudfront::000000000000:${kind}/E[0-9A-F]{13}$`) as string;
/** Of each type that exists in the state alone: inputs, what the outputs have, and a change in place. */
const cases: [type: string, inputs: object, outputs: object, change: object][] = [
  ['pulumi:providers:aws', { region: 'us-east-1' }, { region: 'us-east-1' }, { region: 'x' }],
  [
    'aws:iam/role:Role',
    { name: 'r', assumeRolePolicy: { Statement: [] } },
    { arn: 'arn:aws:iam::000000000000:role/r', assumeRolePolicy: policy },
    { description: 'changed' },
  ],
  [
    'aws:acm/certificate:Certificate',
    { domainName: 'img.example.com', validationMethod: 'DNS' },
    {
      arn: expect.stringMatching(/^arn:aws:acm:us-east-1:000000000000:certificate\//),
      domainValidationOptions: [
        expect.objectContaining({
          resourceRecordName: expect.stringMatching(/^_[0-9a-f]{32}\.img\.example\.com\.$/),
          resourceRecordType: 'CNAME',
          resourceRecordValue: expect.stringMatching(/^_[0-9a-f]{32}\.acm-validations\.invalid\.$/),
        }),
      ],
      status: 'ISSUED',
    },
    { options: { certificateTransparencyLoggingPreference: 'ENABLED' } },
  ],
  [
    'aws:acm/certificateValidation:CertificateValidation',
    { certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1' },
    { certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1' },
    { validationRecordFqdns: ['_1.example.com'] },
  ],
  [
    'aws:route53/record:Record',
    { zoneId: 'Z1', name: 'img.example.com', type: 'A', records: ['192.0.2.1'] },
    { fqdn: 'img.example.com' },
    { records: ['192.0.2.2'] },
  ],
  [
    'aws:iam/rolePolicy:RolePolicy',
    { role: 'r', name: 'p', policy },
    { role: 'r' },
    { policy: '{"Statement":[1]}' },
  ],
  [
    'aws:cloudwatch/logGroup:LogGroup',
    { name: '/l', retentionInDays: 1 },
    { arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/l' },
    { retentionInDays: 7 },
  ],
  [
    'aws:cloudwatch/metricAlarm:MetricAlarm',
    { name: 'a', threshold: 1 },
    { arn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:a' },
    { threshold: 2 },
  ],
  [
    'aws:cloudwatch/dashboard:Dashboard',
    { dashboardName: 'd', dashboardBody: '{"widgets":[]}' },
    { dashboardArn: 'arn:aws:cloudwatch::000000000000:dashboard/d' },
    { dashboardBody: '{"widgets":[1]}' },
  ],
  [
    'aws:cloudwatch/queryDefinition:QueryDefinition',
    { name: 'a/b', queryString: 'fields key' },
    { queryDefinitionId: 'a/b' },
    { queryString: 'fields code' },
  ],
  [
    'aws:sns/topic:Topic',
    { name: 't' },
    { arn: 'arn:aws:sns:us-east-1:000000000000:t' },
    { displayName: 'changed' },
  ],
  [
    'aws:sns/topicPolicy:TopicPolicy',
    { arn: 'x', policy },
    { owner: '000000000000' },
    { policy: '{"Statement":[1]}' },
  ],
  [
    'aws:sns/topicSubscription:TopicSubscription',
    { topic: 'x', protocol: 'email', endpoint: 'a@b' },
    {
      // Of SHA-256 of `email a@b`.
      arn: `x:${createHash('sha256').update('email a@b').digest('hex').slice(0, 32)}`,
      pendingConfirmation: false,
    },
    { rawMessageDelivery: true },
  ],
  [
    'aws:kms/key:Key',
    { description: 'a' },
    {
      keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      arn: expect.stringMatching(/^arn:aws:kms:us-east-1:000000000000:key\/[0-9a-f-]{36}$/),
    },
    { description: 'b' },
  ],
  [
    'aws:kms/keyPolicy:KeyPolicy',
    { keyId: 'x', policy },
    { keyId: 'x' },
    { policy: '{"Statement":[1]}' },
  ],
  [
    'aws:kms/alias:Alias',
    { name: 'alias/a', targetKeyId: 'x' },
    { targetKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/x' },
    { targetKeyId: 'y' },
  ],
  [
    'aws:ssm/parameter:Parameter',
    { name: 'p', type: 'SecureString', value: 'a' },
    { arn: 'arn:aws:ssm:us-east-1:000000000000:parameter/p', version: expect.any(Number) },
    { value: 'b' },
  ],
  [
    'aws:cloudwatch/eventBus:EventBus',
    { name: 'b' },
    { arn: 'arn:aws:events:us-east-1:000000000000:event-bus/b' },
    { description: 'changed' },
  ],
  [
    'aws:cloudwatch/eventRule:EventRule',
    { name: 'r', eventPattern: '{"source":["aws.s3"]}' },
    { arn: 'arn:aws:events:us-east-1:000000000000:rule/r' },
    { eventPattern: '{"source":["shop"]}' },
  ],
  [
    'aws:cloudwatch/eventTarget:EventTarget',
    { rule: 'r', arn: 'x', targetId: 't' },
    { rule: 'r' },
    { arn: 'y' },
  ],
  [
    'aws:cloudfront/originAccessControl:OriginAccessControl',
    {
      name: 'o',
      originAccessControlOriginType: 's3',
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
    },
    { arn: distributed('origin-access-control') },
    { description: 'changed' },
  ],
  [
    'aws:cloudfront/cachePolicy:CachePolicy',
    { name: 'c', parametersInCacheKeyAndForwardedToOrigin: {} },
    { arn: distributed('cache-policy') },
    { minTtl: 1 },
  ],
  [
    'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy',
    { name: 'h' },
    { arn: distributed('response-headers-policy') },
    { comment: 'changed' },
  ],
  [
    'aws:cloudfront/function:Function',
    { name: 'f', code: 'function handler() {}', runtime: 'cloudfront-js-2.0' },
    { arn: distributed('function') },
    { comment: 'changed' },
  ],
  [
    'aws:cloudfront/distribution:Distribution',
    {
      enabled: true,
      origins: [{ originId: 'o' }],
      defaultCacheBehavior: {},
      restrictions: {},
      viewerCertificate: {},
    },
    {
      arn: distributed('distribution'),
      domainName: expect.stringMatching(/^e[0-9a-f]{13}\.cloudfront\.invalid$/),
      status: 'Deployed',
    },
    { comment: 'changed' },
  ],
  [
    'aws:lambda/permission:Permission',
    { action: 'a', function: 'f', principal: 'p', statementId: 's' },
    { function: 'f' },
    { qualifier: '1' },
  ],
  [
    'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
    { functionName: 'f' },
    { functionName: 'f' },
    { maximumRetryAttempts: 1 },
  ],
];

describe.each(cases)('%s', (type, inputs, outputs, change) => {
  const program =
    (changed: object): Program =>
    (register) =>
      register(type, 'x', { ...inputs, ...changed });

  test('exists in the state alone, is listed, and changes in place', async () => {
    const { deployment, notEmulated, changes } = await cloud.deploy(program({}));
    expect(changes).toMatchObject({ created: 1 });
    const [before] = deployment.resources();
    expect(before?.id).toBeTruthy();
    expect(before?.outputs).toMatchObject(outputs);
    expect(notEmulated).toContainEqual({ type, why: expect.any(String) });

    const next = await cloud.deploy(program(change));
    expect(next.changes).toMatchObject({ updated: 1, replaced: 0 });
    const [after] = next.deployment.resources();
    expect(after?.outputs).toMatchObject(change);
    expect(after?.id).toBe(before?.id);
    expect(cloud.takeCalls()).toEqual([]);
  });
});

test.each([
  ['aws:sns/topic:Topic', { fifoTopic: true }, /:x-[0-9a-f]{7}\.fifo$/],
  ['aws:sns/topic:Topic', {}, /:x-[0-9a-f]{7}$/],
  ['aws:cloudwatch/eventRule:EventRule', { name: 'r', eventBusName: 'b' }, /:rule\/b\/r$/],
] as const)('%s with %j has the ARN that AWS gives it', async (type, inputs, arn) => {
  const { deployment } = await cloud.deploy((register) => register(type, 'x', inputs));
  expect(deployment.resources()[0]?.outputs['arn']).toMatch(arn);
});

test('an alias may name its key by the ARN', async () => {
  const targetKeyId = 'arn:aws:kms:us-east-1:000000000000:key/1';
  const { deployment } = await cloud.deploy((register) =>
    register('aws:kms/alias:Alias', 'a', { name: 'alias/by-arn', targetKeyId }),
  );
  expect(deployment.resources()[0]?.outputs).toMatchObject({ targetKeyArn: targetKeyId });
});

test('the name of a record has no dot at its end', async () => {
  const { deployment } = await cloud.deploy((register) =>
    register('aws:route53/record:Record', 'a', { zoneId: 'Z1', name: 'a.example.com.', type: 'A' }),
  );
  expect(deployment.resources()).toMatchObject([
    { id: 'Z1_a.example.com._A', outputs: { fqdn: 'a.example.com' } },
  ]);
});

test('the values of parameters are found by name', async () => {
  const { deployment } = await cloud.deploy(async (register) => {
    await register('aws:cloudwatch/eventBus:EventBus', 'b', { name: 'bus' });
    await register('aws:ssm/parameter:Parameter', 'p', { name: '/a', type: 'String', value: '1' });
    await register('aws:ssm/parameter:Parameter', 'q', { name: '/b', type: 'String', value: '2' });
  });
  expect(parametersOf(deployment.resources())).toEqual(
    new Map([
      ['/a', '1'],
      ['/b', '2'],
    ]),
  );
});

test('an attachment is replaced with its policy', async () => {
  const attach =
    (policyArn: string): Program =>
    (register) =>
      register('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'a', { role: 'r', policyArn });
  await cloud.deploy(attach('one'));
  expect((await cloud.deploy(attach('two'))).changes).toMatchObject({ replaced: 1 });
});

test('the code of a CloudFront function has at most 10 KB', async () => {
  const withBytes =
    (bytes: number): Program =>
    (register) =>
      register('aws:cloudfront/function:Function', 'f', {
        ...{ name: 'f', runtime: 'cloudfront-js-2.0', code: 'x'.repeat(bytes) },
      });
  await cloud.deploy(withBytes(10_240));
  expect(await failureOf(cloud.deploy(withBytes(10_241)))).toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('is larger than 10 KB'),
  });
});
