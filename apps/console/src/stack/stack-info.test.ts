import { expect, test } from 'vitest';
import { parseStackInfo } from './stack-info.ts';

const body = {
  stack: 'local',
  endpoint: 'http://127.0.0.1:4566',
  region: 'us-east-1',
  sourceBucket: 'in',
  processedBucket: 'out',
  queueUrl: 'http://127.0.0.1:4566/0/q',
  deadLetterQueueUrl: 'http://127.0.0.1:4566/0/d',
  recipes: [{ name: 'photos', match: { prefix: 'uploads/' }, variants: ['thumb'] }],
};

test('reads the contract’s JSON, members that it does not know included', () => {
  expect(parseStackInfo({ ...body, later: true })).toMatchObject({ sourceBucket: 'in' });
});

test.each([undefined, 'text', {}, { ...body, recipes: 'none' }, { ...body, endpoint: 'nowhere' }])(
  '%j is no stack',
  (value) => {
    expect(parseStackInfo(value)).toBeUndefined();
  },
);
