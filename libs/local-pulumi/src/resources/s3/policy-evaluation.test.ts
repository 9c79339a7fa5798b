import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allows, type ServiceCall } from './policy-evaluation.ts';

const call: ServiceCall = {
  service: 's3.amazonaws.com',
  action: 'sqs:SendMessage',
  resource: 'arn:aws:sqs:us-east-1:000000000000:photos',
  conditions: {
    'aws:SourceArn': 'arn:aws:s3:::photos-1a2b3c4',
    'aws:SourceAccount': '000000000000',
    'aws:SecureTransport': 'true',
  },
};
const allow = {
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: call.resource,
};
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

test.each([
  ['names all exactly', allow],
  [
    'has lists',
    { ...allow, Action: ['sqs:GetQueueUrl', 'sqs:SendMessage'], Resource: [call.resource] },
  ],
  ['is for everybody', { ...allow, Principal: '*' }],
  ['is for every account', { ...allow, Principal: { AWS: '*' } }],
  ['has wildcards', { ...allow, Action: 'SQS:Send*', Resource: 'arn:aws:sqs:*:*:photo?' }],
  [
    'names the bucket',
    { ...allow, Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::photos-1a2b3c4' } } },
  ],
  [
    'names buckets',
    { ...allow, Condition: { ArnLike: { 'AWS:sourcearn': ['x', 'arn:aws:s3:*:*:photos-*'] } } },
  ],
  [
    'names the account',
    { ...allow, Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } } },
  ],
  [
    'is not sensitive to the case',
    {
      ...allow,
      Condition: { StringEqualsIgnoreCase: { 'aws:SourceArn': 'ARN:aws:S3:::photos-1A2B3C4' } },
    },
  ],
  ['names several queues', { ...allow, Resource: ['x', call.resource] }],
  ['wants TLS', { ...allow, Condition: { Bool: { 'aws:SecureTransport': true } } }],
])('a statement that %s allows', (_, statement) => {
  expect(allows(policy(statement), call)).toBe(true);
});

test.each([
  ['has no action', { ...allow, Action: undefined }],
  ['has no resource', { ...allow, Resource: undefined }],
  ['has no principal', { ...allow, Principal: undefined }],
  [
    'has a dot for any character',
    { ...allow, Resource: call.resource.replace(':photos', '.photos') },
  ],
  [
    'names another text',
    { ...allow, Condition: { StringEqualsIgnoreCase: { 'aws:SourceArn': 'arn:aws:s3:::other' } } },
  ],
  [
    'has two conditions of which one holds',
    {
      ...allow,
      Condition: {
        StringEquals: {
          'aws:SourceAccount': '000000000000',
          'aws:SourceArn': 'arn:aws:s3:::other',
        },
      },
    },
  ],
  ['is for another service', { ...allow, Principal: { Service: 'sns.amazonaws.com' } }],
  ['is for another action', { ...allow, Action: 'sqs:Receive*' }],
  ['is for another queue', { ...allow, Resource: `${call.resource}-2` }],
  [
    'names another bucket',
    { ...allow, Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::photos' } } },
  ],
  [
    'takes a wildcard for text',
    { ...allow, Condition: { StringEquals: { 'aws:SourceArn': 'arn:aws:s3:::*' } } },
  ],
  [
    'has a condition that nobody knows',
    { ...allow, Condition: { StringEquals: { 'aws:PrincipalTag/x': '1' } } },
  ],
  [
    'has an operator that nobody knows',
    { ...allow, Condition: { NumericEquals: { 'aws:SourceAccount': '0' } } },
  ],
  ['has no principal', { ...allow, Principal: undefined }],
])('a statement that %s does not allow', (_, statement) => {
  expect(allows(policy(statement), call)).toBe(false);
});

describe('a policy', () => {
  test('that is not there, or is no policy, allows nothing', () => {
    expect(allows(undefined, call)).toBe(false);
    expect(allows('', call)).toBe(false);
    expect(allows('{}', call)).toBe(false);
  });

  test('denies what any statement denies', () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' };
    expect(allows(policy(allow, deny), call)).toBe(false);
    const plain = { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(allows(policy(allow, plain), call)).toBe(true);
  });

  test('takes every character but the wildcards for itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const resource = text.replace(/[*?]/g, '');
        const statement = { ...allow, Resource: resource };
        expect(allows(policy(statement), { ...call, resource })).toBe(true);
        expect(allows(policy(statement), { ...call, resource: `${resource}x` })).toBe(false);
      }),
    );
  });
});
