/** AWS's limits of names, descriptions and documents, for the largest pipeline that a preview accepts. */
import type { SettingsInput } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { type MockedResource, runWithMocks } from './testing/run-with-mocks.ts';
import { create } from './testing/provider.ts';
import { settingsOf, stacks } from './testing/stack-files.ts';

/** By resource type and property: characters. Policies count without white space. */
const LIMITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // S3 user guide, "Bucket naming rules", "Bucket policies".
  'aws:s3/bucket:Bucket': { bucket: 63 },
  'aws:s3/bucketPolicy:BucketPolicy': { policy: 20_480 },
  // SQS developer guide, "Amazon SQS quotas", "Policy quotas".
  'aws:sqs/queue:Queue': { name: 80 },
  'aws:sqs/queuePolicy:QueuePolicy': { policy: 8192 },
  // Lambda API reference, CreateFunction.
  'aws:lambda/function:Function': { name: 64, description: 256, handler: 128 },
  // IAM user guide, "IAM and AWS STS quotas".
  'aws:iam/role:Role': { name: 64, description: 1000, assumeRolePolicy: 2048 },
  'aws:iam/rolePolicy:RolePolicy': { name: 128, policy: 10_240 },
  // CloudWatch Logs API reference, CreateLogGroup, PutQueryDefinition.
  'aws:cloudwatch/logGroup:LogGroup': { name: 512 },
  'aws:cloudwatch/queryDefinition:QueryDefinition': { name: 255, queryString: 10_000 },
  // CloudWatch API reference, PutMetricAlarm, PutDashboard.
  'aws:cloudwatch/metricAlarm:MetricAlarm': { name: 255, alarmDescription: 1024 },
  'aws:cloudwatch/dashboard:Dashboard': { dashboardName: 255, dashboardBody: 1_048_576 },
  // EventBridge API reference, PutRule, PutTargets, CreateEventBus; user guide, "Amazon EventBridge quotas".
  'aws:cloudwatch/eventRule:EventRule': { name: 64, description: 512, eventPattern: 2048 },
  'aws:cloudwatch/eventBus:EventBus': { name: 256, description: 512 },
  // SNS API reference, CreateTopic, SetTopicAttributes.
  'aws:sns/topic:Topic': { name: 256, displayName: 100 },
  'aws:sns/topicPolicy:TopicPolicy': { policy: 30_720 },
  // KMS developer guide, "Resource quotas"; API reference, CreateKey.
  'aws:kms/key:Key': { description: 8192 },
  'aws:kms/keyPolicy:KeyPolicy': { policy: 32_768 },
  // CloudFront API reference, CreateFunction, CachePolicyConfig, ResponseHeadersPolicyConfig, OriginAccessControlConfig,
  // DistributionConfig; developer guide, "Quotas on CloudFront Functions".
  'aws:cloudfront/function:Function': { name: 64, comment: 128, code: 10_240 },
  'aws:cloudfront/cachePolicy:CachePolicy': { name: 128, comment: 128 },
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': { name: 128, comment: 128 },
  'aws:cloudfront/originAccessControl:OriginAccessControl': { name: 64, description: 256 },
  'aws:cloudfront/distribution:Distribution': { comment: 128 },
};

function lengthsOf({ type, inputs, name }: MockedResource): [string, number, number][] {
  const { state } = create({ type, name, inputs });
  return Object.entries(LIMITS[type] ?? {}).flatMap(([property, most]) => {
    const value = state[property];
    return typeof value === 'string'
      ? [[`${name} ${property}`, Buffer.byteLength(value), most] as [string, number, number]]
      : [];
  });
}

/** 40 characters: the longest name of a pipeline. */
const NAME = `p${'0123456789'.repeat(4)}`.slice(0, 40);
const steps = ['rotate' as const, { encode: 'webp' as const }];
const variants = [{ name: 'thumb', steps }];

function recipes(count: number, prefix: (index: number) => string, suffixes?: string[]) {
  return Array.from({ length: count }, (_, index) => ({
    name: `recipe-${index}`,
    match: { prefix: prefix(index), ...(suffixes && { suffixes }) },
    variants,
  }));
}

const suffix = (index: number, longs: number) => `-${index}-${'long'.repeat(longs)}.jpg`;

function existingBucket(suffixes: string[]): SettingsInput {
  return {
    recipes: recipes(1, () => 'uploads/', suffixes),
    source: { bucket: 'b'.repeat(63), notifications: 'eventbridge' },
    encryption: { kms: true },
  };
}

const LARGE: [string, SettingsInput][] = [
  [
    'with everything',
    {
      recipes: recipes(20, (index) => `uploads-of-a-tenant/${index}/`),
      encryption: { kms: true },
      delivery: {
        domain: { zone: 'example.com' },
        cors: { origins: ['https://shop.example'] },
        manifests: true,
      },
      events: {},
      function: { vpc: { subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] } },
      tracing: true,
    },
  ],
  [
    'with an existing bucket, and as many suffixes as S3 allows filters',
    existingBucket(Array.from({ length: 100 }, (_, index) => suffix(index, 100))),
  ],
];

test.each(LARGE)('a pipeline %s keeps AWS’s limits', async (_what, settings) => {
  const deployment = await runWithMocks(
    () => new ImagePipeline(NAME, { packageDir: import.meta.dirname, ...settings }),
    {
      stack: 's'.repeat(100),
    },
  );
  const lengths = deployment.resources.flatMap(lengthsOf);
  expect(lengths.length).toBeGreaterThan(40);
  expect(lengths.filter(([, length, most]) => length > most)).toEqual([]);
});

test('a preview refuses more EventBridge rules than a queue policy can name', async () => {
  const program = () =>
    new ImagePipeline(NAME, {
      packageDir: import.meta.dirname,
      ...existingBucket(Array.from({ length: 100 }, (_, index) => suffix(index, 240))),
    });
  await expect(runWithMocks(program)).rejects.toThrow(
    /^recipes: their matches need 100 EventBridge rules, whose ARNs make a queue policy of 1[12]\d{3} characters; SQS allows 8192\. /,
  );
});

// AWS raises the quota with use, up to 10,240 MB.
test.each(stacks)('the function of the stack %s fits a new account', (stack) => {
  expect(settingsOf(stack).function?.memory).toBeLessThanOrEqual(3008);
});
