import { expect, test } from 'vitest';
import type { Properties } from '../engine/index.ts';
import type { AwsContext } from './aws.ts';
import { handlers } from './handlers.ts';

const context = { region: 'eu-central-1', accountId: '000000000000' } as AwsContext;
const invoke = (token: string, args: Properties = {}) =>
  handlers.functions.find((handler) => handler.token === token)?.invoke(args, context);

test('the caller is the local account', () => {
  expect(invoke('aws:index/getCallerIdentity:getCallerIdentity')).toMatchObject({
    accountId: '000000000000',
  });
});

test('there is one region and one partition, and every hosted zone exists', () => {
  expect(invoke('aws:index/getRegion:getRegion')).toMatchObject({ region: 'eu-central-1' });
  expect(() => invoke('aws:index/getRegion:getRegion', { region: 'us-east-1' })).toThrow(
    'there is one region here, eu-central-1',
  );
  expect(invoke('aws:route53/getZone:getZone', { name: 'example.com' })).toMatchObject({
    name: 'example.com',
    zoneId: expect.stringMatching(/^Z/),
  });
  expect(invoke('aws:index/getPartition:getPartition')).toMatchObject({ partition: 'aws' });
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
