import { describe, expect, test } from 'vitest';
import type { Properties } from '../engine/index.ts';
import type { AwsContext } from './aws.ts';
import { handlers } from './handlers.ts';

const context = { region: 'eu-central-1', accountId: '000000000000' } as AwsContext;
const invoke = (token: string, args: Properties = {}) =>
  handlers.functions.find((handler) => handler.token === token)?.invoke(args, context);

/** S3 that gives these answers, by the name of the command, and notes its requests. */
function s3With(answers: Readonly<Record<string, object | Error>>) {
  const requests: object[] = [];
  const send = (command: { constructor: { name: string }; input: object }) => {
    requests.push({ command: command.constructor.name, ...command.input });
    const answer = answers[command.constructor.name];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const call = (token: string, args: Properties) =>
    handlers.functions
      .find((handler) => handler.token === token)
      ?.invoke(args, { ...context, s3: { send } } as unknown as AwsContext);
  return { requests, call };
}

describe('a bucket', () => {
  const TOKEN = 'aws:s3/getBucket:getBucket';

  test('is looked up', async () => {
    const { requests, call } = s3With({ HeadBucketCommand: {} });
    expect(await call(TOKEN, { bucket: 'photos' })).toMatchObject({
      ...{ id: 'photos', bucket: 'photos', arn: 'arn:aws:s3:::photos', region: 'eu-central-1' },
    });
    expect(requests).toEqual([{ command: 'HeadBucketCommand', Bucket: 'photos' }]);
  });

  test.each(['NotFound', 'NoSuchBucket'])('is not there: %s', async (name) => {
    const { call } = s3With({ HeadBucketCommand: Object.assign(new Error('no'), { name }) });
    await expect(call(TOKEN, { bucket: 'photos' })).rejects.toThrow('there is no bucket photos');
  });

  test('that S3 refuses is an error of S3', async () => {
    const { call } = s3With({ HeadBucketCommand: new Error('refused') });
    await expect(call(TOKEN, { bucket: 'photos' })).rejects.toThrow('refused');
  });

  test('has the notifications of queues', async () => {
    const rules = [{ Name: 'Prefix', Value: 'in/' }, { Name: 'suffix', Value: '.jpg' }, {}];
    const { requests, call } = s3With({
      GetBucketNotificationConfigurationCommand: {
        QueueConfigurations: [
          { Id: 'a', QueueArn: 'arn', Events: ['e'], Filter: { Key: { FilterRules: rules } } },
          { Filter: { Key: { FilterRules: [{ Name: 'suffix' }] } } },
          { Filter: { Key: {} } },
          { Filter: {} },
          {},
        ],
      },
    });
    const token = 'aws:s3/getBucketNotification:getBucketNotification';
    const none = { id: '', queueArn: '', events: [], filterPrefix: '', filterSuffix: '' };
    const first = { id: 'a', queueArn: 'arn', events: ['e'] };
    expect(await call(token, { bucket: 'photos' })).toEqual({
      ...{ id: 'photos', bucket: 'photos', region: 'eu-central-1', eventbridge: false },
      ...{ lambdaFunctions: [], topics: [] },
      queues: [{ ...first, filterPrefix: 'in/', filterSuffix: '.jpg' }, none, none, none, none],
    });
    expect(requests).toEqual([
      { command: 'GetBucketNotificationConfigurationCommand', Bucket: 'photos' },
    ]);
    const empty = s3With({ GetBucketNotificationConfigurationCommand: {} });
    expect(await empty.call(token, { bucket: 'photos' })).toMatchObject({ queues: [] });
  });
});

test('the caller is the local account', () => {
  expect(invoke('aws:index/getCallerIdentity:getCallerIdentity')).toEqual({
    ...{ id: '000000000000', accountId: '000000000000', userId: 'AIDALOCAL' },
    arn: 'arn:aws:iam::000000000000:user/local',
  });
});

test('there is one region and one partition, and every hosted zone exists', () => {
  const region = 'eu-central-1';
  const described = {
    ...{ id: region, name: region, region, endpoint: 'ec2.eu-central-1.amazonaws.com' },
    description: expect.stringContaining(region),
  };
  const asked: Properties[] = [{}, { region }, { name: region }];
  for (const args of asked)
    expect(invoke('aws:index/getRegion:getRegion', args)).toEqual(described);
  expect(() => invoke('aws:index/getRegion:getRegion', { name: 'us-east-1' })).toThrow(region);
  expect(() => invoke('aws:index/getRegion:getRegion', { region: 'us-east-1' })).toThrow(
    'there is one region here, eu-central-1',
  );
  expect(invoke('aws:route53/getZone:getZone', { name: 'example.com' })).toMatchObject({
    ...{ name: 'example.com', nameServers: [] },
    zoneId: expect.stringMatching(/^Z/),
  });
  expect(() => invoke('aws:route53/getZone:getZone', { name: 5 })).toThrow('expected string');
  expect(invoke('aws:index/getPartition:getPartition')).toEqual({
    ...{ id: 'aws', partition: 'aws', dnsSuffix: 'amazonaws.com' },
    reverseDnsPrefix: 'com.amazonaws',
  });
});

test('a policy document is written as IAM reads it', () => {
  const result = invoke('aws:iam/getPolicyDocument:getPolicyDocument', {
    statements: [
      {
        sid: 'Send',
        actions: ['sqs:SendMessage'],
        resources: ['a', 'b'],
        principals: [{ type: 'Service', identifiers: ['s3.amazonaws.com'] }],
        conditions: [{ test: 'ArnEquals', variable: 'aws:SourceArn', values: ['x'] }],
      },
    ],
  });
  expect(JSON.parse((result as { json: string }).json)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Send',
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: ['a', 'b'],
        Principal: { Service: 's3.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': 'x' } },
      },
    ],
  });
});

test('a policy document may have an id, several statements and everybody as principal', () => {
  const identifiers = ['a', 'b'];
  const result = invoke('aws:iam/getPolicyDocument:getPolicyDocument', {
    policyId: 'P',
    version: '2008-10-17',
    statements: [
      {
        effect: 'Deny',
        principals: [
          { type: 'AWS', identifiers },
          { type: '*', identifiers },
        ],
      },
      {
        ...{
          notActions: ['a'],
          notResources: ['r'],
          notPrincipals: [{ type: 'AWS', identifiers }],
        },
        conditions: [
          { test: 'Bool', variable: 'a', values: ['true'] },
          { test: 'Bool', variable: 'b', values: ['x', 'y'] },
        ],
      },
    ],
  });
  const document = {
    ...{ Version: '2008-10-17', Id: 'P' },
    Statement: [
      { Effect: 'Deny', Principal: '*' },
      {
        ...{ Effect: 'Allow', NotAction: 'a', NotResource: 'r', NotPrincipal: { AWS: ['a', 'b'] } },
        Condition: { Bool: { a: 'true', b: ['x', 'y'] } },
      },
    ],
  };
  expect(result).toMatchObject({
    ...{ id: 'local', policyId: 'P', minifiedJson: JSON.stringify(document) },
    json: JSON.stringify(document, undefined, 2),
  });
  const empty = invoke('aws:iam/getPolicyDocument:getPolicyDocument') as { minifiedJson: string };
  expect(empty.minifiedJson).toBe('{"Version":"2012-10-17","Statement":[]}');
});
