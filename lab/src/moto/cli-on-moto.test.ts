/** Commands of `darkroom` that read CloudWatch and CloudFront, on moto. */
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudFrontClient,
  CreateDistributionCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { metricDimensions, METRICS_NAMESPACE } from '@darkroom/pipeline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { darkroom } from '../cli/darkroom.ts';
import { CREDENTIALS, HAS_MOTO, type MotoServer, REGION, startMoto } from './moto-server.ts';

const title = `the command line on moto_server${HAS_MOTO ? '' : ' (not on the PATH: SKIPPED)'}`;
const FUNCTION = 'resizer';
const LOG_GROUP = '/aws/lambda/resizer';
const KEY = 'uploads/a *.jpg';
const BUCKETS = { sourceBucket: 'cli-source', processedBucket: 'cli-processed' };
const RECIPE = {
  name: 'photos',
  match: { prefix: 'uploads/' },
  variants: [{ name: 'w9', steps: [] }],
};

describe.runIf(HAS_MOTO)(title, () => {
  let moto: MotoServer;
  let folder: string;
  let cloudFront: CloudFrontClient;
  let distributionId: string;
  let s3: S3Client;

  beforeAll(async () => {
    moto = await startMoto();
    folder = await mkdtemp(path.join(tmpdir(), 'darkroom-cli-moto-'));
    const options = { endpoint: moto.endpoint, region: REGION, credentials: CREDENTIALS };
    s3 = new S3Client({ ...options, forcePathStyle: true });
    for (const Bucket of Object.values(BUCKETS)) await s3.send(new CreateBucketCommand({ Bucket }));
    const sqs = new SQSClient(options);
    const queue = async (QueueName: string) =>
      (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
    const [queueUrl, deadLetterQueueUrl] = [await queue('uploads'), await queue('dead-letters')];
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: formatMessage({ bucket: BUCKETS.sourceBucket, key: KEY }),
        MessageAttributes: { errorCode: { DataType: 'String', StringValue: 'THROTTLED' } },
      }),
    );
    cloudFront = new CloudFrontClient(options);
    distributionId = await distribution(cloudFront);
    await writeMetrics(new CloudWatchClient(options));
    await writeLog(new CloudWatchLogsClient(options));
    // Pulumi's CLI as `--stack` calls it.
    const outputs = {
      ...{ ...BUCKETS, queueUrl, deadLetterQueueUrl, distributionId },
      ...{ functionName: FUNCTION, logGroupName: LOG_GROUP, alarmNames: ['failures', 'backlog'] },
      settings: { recipes: [RECIPE] },
    };
    await writeFile(path.join(folder, 'outputs.json'), JSON.stringify(outputs));
    await writeFile(path.join(folder, 'pulumi'), `#!/bin/sh\ncat '${folder}/outputs.json'\n`);
    await chmod(path.join(folder, 'pulumi'), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    vi.stubEnv('AWS_ENDPOINT_URL', moto.endpoint);
    vi.stubEnv('AWS_REGION', REGION);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const json = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await darkroom([...args, '--stack', 'prod', '--json']);
    expect(stderr, args.join(' ')).toBe('');
    return { exitCode, result: JSON.parse(stdout) as Record<string, unknown> };
  };

  test('status shows alarms, outcomes and the number of dead letters', async () => {
    const { result } = await json('status');
    expect(result).toMatchObject({
      deadLetters: 1,
      activity: { outcomes: { DONE: 7, TOO_LARGE: 2 }, running: 3, oldestSeconds: 90 },
      alarms: [
        // moto's first state is OK, and AWS's is INSUFFICIENT_DATA.
        { name: 'backlog', state: 'OK' },
        { name: 'failures', state: 'ALARM', reason: 'too many failures' },
      ],
    });
    const { stdout } = await darkroom(['status', '--stack', 'prod']);
    expect(stdout).toMatch(/alarms +1 of 2\n +failures {2}too many failures/);
  });

  test('status of a key has the lines of the whole log about it, and its dead letters', async () => {
    const { result } = await json('status', KEY);
    // moto ignores the pattern and returns 10,000 lines in a page: text, and lines of other keys.
    expect(result['events']).toMatchObject([
      { message: 'attempt failed', code: 'THROTTLED', reason: 'slow down' },
      { message: 'done', duration: 12 },
    ]);
    expect(result['deadLetters']).toEqual({ THROTTLED: 1 });
  });

  test('remove asks CloudFront to forget the outputs, also if the objects are gone already', async () => {
    await s3.send(new PutObjectCommand({ Bucket: BUCKETS.sourceBucket, Key: KEY, Body: 'x' }));
    const { result } = await json('remove', KEY, '--yes');
    expect(result).toMatchObject({ verified: true, removed: [{ key: KEY, versionId: 'null' }] });
    const { InvalidationList } = await cloudFront.send(
      new ListInvalidationsCommand({ DistributionId: distributionId }),
    );
    expect(InvalidationList?.Items?.map(({ Id }) => Id)).toEqual([result['invalidation']]);
    const again = await json('remove', KEY, '--yes');
    expect(again).toMatchObject({ exitCode: 0, result: { removed: [], verified: true } });
    expect(again.result['invalidation']).toMatch(/./);
  });

  test('the receipt says it if CloudFront refuses', async () => {
    const text = JSON.stringify({
      ...{ ...BUCKETS, queueUrl: `${moto.endpoint}/uploads`, deadLetterQueueUrl: 'x' },
      ...{ distributionId: 'NONE', settings: { recipes: [RECIPE] } },
    });
    await writeFile(path.join(folder, 'outputs.json'), text);
    const { exitCode, result } = await json('remove', KEY, '--yes');
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ invalidation: null, verified: true });
    expect(result['invalidationError']).toContain('NONE does not exist');
  });
});

async function distribution(cloudFront: CloudFrontClient): Promise<string> {
  const { Distribution } = await cloudFront.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        ...{ CallerReference: 'test', Comment: '', Enabled: true },
        Origins: {
          Quantity: 1,
          Items: [
            {
              ...{ Id: 'outputs', DomainName: 'cli-processed.s3.amazonaws.com' },
              S3OriginConfig: { OriginAccessIdentity: '' },
            },
          ],
        },
        DefaultCacheBehavior: { TargetOriginId: 'outputs', ViewerProtocolPolicy: 'https-only' },
      },
    }),
  );
  return Distribution?.Id ?? '';
}

/** Metrics as the function, Lambda and SQS write them, and two alarms. */
async function writeMetrics(cloudWatch: CloudWatchClient): Promise<void> {
  const put = (Namespace: string, name: string, dimensions: object, values: number[]) =>
    cloudWatch.send(
      new PutMetricDataCommand({
        Namespace,
        MetricData: values.map((Value) => ({
          ...{ MetricName: name, Value, Timestamp: new Date(Date.now() - 90_000) },
          Dimensions: Object.entries(dimensions).map(([Name, value]) => ({
            ...{ Name, Value: String(value) },
          })),
        })),
      }),
    );
  await put(METRICS_NAMESPACE, 'DONE', metricDimensions(FUNCTION), [4, 3]);
  await put(METRICS_NAMESPACE, 'TOO_LARGE', metricDimensions(FUNCTION), [1, 1]);
  await put(METRICS_NAMESPACE, 'DONE', metricDimensions('another'), [99]);
  await put('AWS/Lambda', 'ConcurrentExecutions', { FunctionName: FUNCTION }, [2, 3]);
  await put('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: 'uploads' }, [90]);
  for (const AlarmName of ['failures', 'backlog', 'of another stack'])
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName, MetricName: 'Failed', Namespace: METRICS_NAMESPACE },
        ...{ Period: 60, EvaluationPeriods: 1, Statistic: 'Sum', Threshold: 1 },
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
  await cloudWatch.send(
    new SetAlarmStateCommand({
      ...{ AlarmName: 'failures', StateValue: 'ALARM', StateReason: 'too many failures' },
    }),
  );
}

/** 10,002 lines: those of the key are the first and the last. */
async function writeLog(logs: CloudWatchLogsClient): Promise<void> {
  const stream = { logGroupName: LOG_GROUP, logStreamName: 'one' };
  await logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
  await logs.send(new CreateLogStreamCommand(stream));
  const line = (content: object) => JSON.stringify({ level: 'INFO', ...content });
  const failed = { key: KEY, message: 'attempt failed', code: 'THROTTLED' };
  const messages = [
    line({ ...failed, error: { name: 'Error', message: 'slow down' } }),
    ...Array.from({ length: 10_000 }, (_, index) =>
      index % 2 === 0 ? 'START RequestId: 1' : line({ key: 'uploads/a b.jpg', message: 'done' }),
    ),
    line({ key: KEY, message: 'done', duration: 12 }),
  ];
  const first = Date.now() - 60_000;
  for (const from of [0, 5_001])
    await logs.send(
      new PutLogEventsCommand({
        ...stream,
        logEvents: messages
          .slice(from, from + 5_001)
          .map((message, index) => ({ message, timestamp: first + from + index })),
      }),
    );
}
