import { expect, test, vi } from 'vitest';
import { environmentVariables } from './environment-variables.ts';
import { payloadBytes, toPayload, toSqsRecord } from './sqs-event.ts';
import { fixture, hostAt } from './testing/fixtures.ts';

const ARN = 'arn:aws:sqs:eu-west-3:000000000000:work';

test('a message becomes a record with everything that SQS says', () => {
  const message = {
    ...{ MessageId: 'id', ReceiptHandle: 'receipt', Body: 'body', MD5OfBody: 'md5' },
    Attributes: { SentTimestamp: '1', SenderId: 'me' },
    MessageAttributes: {
      text: { DataType: 'String', StringValue: '' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
      bare: { DataType: undefined },
    },
    MD5OfMessageAttributes: 'md5 of attributes',
  };
  const lists = { stringListValues: [], binaryListValues: [] };
  expect(toSqsRecord(message, ARN)).toStrictEqual({
    ...{ messageId: 'id', receiptHandle: 'receipt', body: 'body', md5OfBody: 'md5' },
    attributes: { SentTimestamp: '1', SenderId: 'me' },
    messageAttributes: {
      text: { stringValue: '', ...lists, dataType: 'String' },
      bytes: { binaryValue: 'AP8=', ...lists, dataType: 'Binary' },
      bare: { ...lists, dataType: 'String' },
    },
    md5OfMessageAttributes: 'md5 of attributes',
    ...{ eventSource: 'aws:sqs', eventSourceARN: ARN, awsRegion: 'eu-west-3' },
  });
});

test('what SQS leaves out is empty', () => {
  expect(toSqsRecord({}, 'no ARN')).toStrictEqual({
    ...{ messageId: '', receiptHandle: '', body: '', md5OfBody: '' },
    ...{ attributes: {}, messageAttributes: {} },
    ...{ eventSource: 'aws:sqs', eventSourceARN: 'no ARN', awsRegion: '' },
  });
});

test('a message adds its record and a comma to the payload', () => {
  const [one, two] = [{ Body: 'grüße 🌍' }, { Body: 'x' }];
  const grown = Buffer.byteLength(toPayload([two, one], ARN));
  expect(grown - Buffer.byteLength(toPayload([two], ARN))).toBe(payloadBytes(one, ARN));
});

test('an environment has the variables of Lambda and of the function', () => {
  vi.stubEnv('PATH', '/bin');
  const spec = fixture('act', { environment: { TZ: 'Asia/Tokyo', AWS_REGION: 'mine', A: 'b' } });
  const given = environmentVariables(spec, hostAt('http://aws'), '127.0.0.1:9');
  vi.unstubAllEnvs();
  expect(given).toStrictEqual({
    ...{ PATH: '/bin', LANG: 'en_US.UTF-8', AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR' },
    // The function sets its own time zone, but not its region.
    ...{ TZ: 'Asia/Tokyo', A: 'b', AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' },
    ...{ _HANDLER: 'index.handler', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_FUNCTION_NAME: 'act',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/act',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(
      /^\d{4}\/\d{2}\/\d{2}\/\[\$LATEST\][0-9a-f]{32}$/,
    ),
    ...{ AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9', LAMBDA_TASK_ROOT: spec.codeDirectory },
    AWS_ENDPOINT_URL: 'http://aws',
  });
});

test('a session token is among the credentials', () => {
  const host = hostAt('http://aws');
  const credentials = { ...host.credentials, sessionToken: 'token' };
  const given = environmentVariables(fixture('act'), { ...host, credentials }, '');
  expect(given).toMatchObject({ AWS_SESSION_TOKEN: 'token', TZ: ':UTC' });
});
