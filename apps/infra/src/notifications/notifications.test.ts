import type { SettingsInput } from '@darkroom/pipeline';
import { afterEach, describe, expect, test } from 'vitest';
import { ImagePipeline } from '../image-pipeline.ts';
import { ACCOUNT, existingNotifications, REGION } from '../testing/provider.ts';
import { runWithMocks } from '../testing/run-with-mocks.ts';

afterEach(() => {
  existingNotifications.clear();
});

const variants = [{ name: 'small', steps: [{ resize: { width: 100 } }] }];
const settings: SettingsInput = {
  tags: { team: 'web' },
  recipes: [
    { name: 'photos', match: { prefix: 'uploads/', suffixes: ['.jpg', '.png'] }, variants },
    { name: 'scans', match: { prefix: 'scans/' }, variants },
  ],
};
const deploy = (more: Partial<SettingsInput> = {}) =>
  runWithMocks(
    () => new ImagePipeline('photos', { ...settings, ...more, packageDir: import.meta.dirname }),
  );
const EVENTS = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*'];
const queue = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:photos-${name}-0a1b2c3`;

test('the bucket of the stack notifies the queue of the keys that recipes match', async () => {
  const deployment = await deploy();
  const { inputs, retainOnDelete } = deployment.resource('photos-notification');
  expect(inputs).toEqual({
    bucket: 'photos-source-0a1b2c3',
    queues: [
      { filterPrefix: 'uploads/', filterSuffix: '.jpg' },
      { filterPrefix: 'uploads/', filterSuffix: '.png' },
      { filterPrefix: 'scans/' },
    ].map((filter) => ({ queueArn: queue('queue'), events: EVENTS, ...filter })),
  });
  expect(retainOnDelete).toBe(false);
  const recipes = [{ name: 'art', match: { suffixes: ['.tif'] }, variants }];
  const byEnding = (await deploy({ recipes })).resource('photos-notification').inputs;
  expect(byEnding['queues']).toEqual([
    { queueArn: queue('queue'), events: EVENTS, filterSuffix: '.tif' },
  ]);
  expect(deployment.ofType('aws:cloudwatch/eventRule:EventRule')).toEqual([]);
});

describe('an existing bucket, by EventBridge', () => {
  const source = { bucket: 'holiday-photos' };

  test('is listened to by rules that let through what the recipes are for', async () => {
    const prefixes = Array.from({ length: 11 }, (_, index) => `tenants/${index}/`);
    const recipes = prefixes.map((prefix, index) => ({
      ...{ name: `tenant${index}`, match: { prefix }, variants },
    }));
    const deployment = await deploy({ source, recipes });
    const rules = deployment.ofType('aws:cloudwatch/eventRule:EventRule');
    expect(rules.map(({ name }) => name)).toEqual(['photos-uploads-0', 'photos-uploads-1']);
    const keys = rules.map(({ inputs }) => {
      expect(inputs['tags']).toMatchObject({ team: 'web' });
      const pattern = JSON.parse(inputs['eventPattern'] as string) as {
        detail: { object: { key: object[] } };
      };
      return pattern.detail.object.key;
    });
    expect(keys.flat()).toEqual(prefixes.map((prefix) => ({ prefix })));
    expect(keys.map(({ length }) => length)).toEqual([10, 1]);
  });

  test('sends to the queue, and to the dead letters what could not be delivered', async () => {
    const deployment = await deploy({ source });
    const [target, ...others] = deployment.ofType('aws:cloudwatch/eventTarget:EventTarget');
    expect(others).toEqual([]);
    expect(target?.name).toBe('photos-uploads-0-target');
    expect(target?.inputs).toEqual({
      rule: 'photos-uploads-0-0a1b2c3',
      arn: queue('queue'),
      deadLetterConfig: { arn: queue('dead-letters') },
    });
    expect(deployment.ofType('aws:s3/bucketNotification:BucketNotification')).toEqual([]);
  });
});

describe('an existing bucket, by its notifications', () => {
  const source = { bucket: 'holiday-photos', notifications: 'add' } as const;
  const theirs = {
    eventbridge: true,
    lambdaFunctions: [
      {
        ...{ id: 'index', events: ['s3:ObjectCreated:*'] },
        ...{ filterPrefix: 'documents/', filterSuffix: '.pdf' },
        lambdaFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:index`,
      },
    ],
    topics: [
      {
        ...{ id: 'audit', events: ['s3:ObjectTagging:*'], filterPrefix: '', filterSuffix: '' },
        topicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:audit`,
      },
    ],
  };
  const added = [
    ['uploads/', '.jpg'],
    ['uploads/', '.png'],
    ['scans/', ''],
  ].map(([filterPrefix, filterSuffix], index) => ({
    ...{ id: `darkroom:darkroom/test/photos:${index}`, queueArn: queue('queue'), events: EVENTS },
    ...{ filterPrefix, filterSuffix },
  }));

  test('keeps what others have configured', async () => {
    existingNotifications.set('holiday-photos', theirs);
    const deployment = await deploy({ source });
    const { inputs, retainOnDelete } = deployment.resource('photos-notification');
    expect(inputs).toEqual({ bucket: 'holiday-photos', ...theirs, queues: added });
    // Its deletion would take theirs along.
    expect(retainOnDelete).toBe(true);
    expect(deployment.ofType('aws:cloudwatch/eventRule:EventRule')).toEqual([]);
  });

  test('replaces what the last deployment added, and adds nothing twice', async () => {
    existingNotifications.set('holiday-photos', { ...theirs, queues: added });
    const { inputs } = (await deploy({ source })).resource('photos-notification');
    expect(inputs['queues']).toEqual(added);
  });
});
