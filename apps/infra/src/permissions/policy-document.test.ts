import { expect, test } from 'vitest';
import { denyPlainHttp, policyDocument } from './policy-document.ts';

test('a policy has the version of the language that knows all conditions', () => {
  const statement = { Sid: 'Read', Effect: 'Allow', Action: ['s3:GetObject'] } as const;
  expect(JSON.parse(policyDocument([statement]))).toEqual({
    Version: '2012-10-17',
    Statement: [statement],
  });
});

test.each(['s3', 'sqs'] as const)(
  '%s refuses every request of anybody over plain HTTP',
  (service) => {
    const resources = [`arn:aws:${service}:::photos`];
    expect(denyPlainHttp(service, resources)).toEqual({
      Sid: 'DenyPlainHttp',
      Effect: 'Deny',
      Principal: '*',
      Action: [`${service}:*`],
      Resource: resources,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  },
);
