import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../engine/testing/run.ts';
import { failureOf, startCloud, type Cloud } from './testing/embedded.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const policy = '{"Statement":[]}';
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
        }),
      ],
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
    { pendingConfirmation: false },
    { rawMessageDelivery: true },
  ],
  ['aws:kms/key:Key', { description: 'a' }, { keyId: expect.any(String) }, { description: 'b' }],
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
    { arn: expect.stringMatching(/^arn:aws:cloudfront::000000000000:origin-access-control\/E/) },
    { description: 'changed' },
  ],
  [
    'aws:cloudfront/cachePolicy:CachePolicy',
    { name: 'c', parametersInCacheKeyAndForwardedToOrigin: {} },
    { arn: expect.any(String) },
    { minTtl: 1 },
  ],
  [
    'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy',
    { name: 'h' },
    { arn: expect.any(String) },
    { comment: 'changed' },
  ],
  [
    'aws:cloudfront/function:Function',
    { name: 'f', code: 'function handler() {}', runtime: 'cloudfront-js-2.0' },
    { arn: expect.any(String) },
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
    { domainName: expect.stringMatching(/\.cloudfront\.invalid$/) },
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
