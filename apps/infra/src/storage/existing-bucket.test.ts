import type { SettingsInput } from '@darkroom/pipeline';
import { afterEach, describe, expect, test } from 'vitest';
import { ImagePipeline } from '../image-pipeline.ts';
import { runInLanguageHost } from '../testing/language-host.ts';
import { ACCOUNT, existingNotifications, existingVersioning, REGION } from '../testing/provider.ts';
import { runWithMocks, statementsOf } from '../testing/run-with-mocks.ts';
import { stackConfig } from '../testing/stack-files.ts';
import { refuseLoop } from './existing-bucket.ts';

afterEach(() => {
  existingNotifications.clear();
  existingVersioning.clear();
});

const settings: SettingsInput = {
  alarms: { receivers: [{ email: 'ops@example.org' }] },
  recipes: [
    {
      name: 'photos',
      match: { prefix: 'uploads/', suffixes: ['.jpg', '.png'] },
      variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }],
    },
    {
      name: 'scans',
      match: { prefix: 'scans/' },
      variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }],
    },
  ],
};
const deploy = (source: SettingsInput['source']) =>
  runWithMocks(
    () => new ImagePipeline('photos', { ...settings, source, packageDir: import.meta.dirname }),
  );
/** As `pulumi up` would end, or with `preview` the first preview. */
const fail = async (source: SettingsInput['source'], options: { preview?: boolean } = {}) => {
  const config = {
    ...stackConfig('local'),
    'darkroom:pipeline': JSON.stringify({ ...settings, source }),
    'darkroom:packageTarget': 'host',
  };
  const { exitCode, messages, resources } = await runInLanguageHost('test', config, options);
  expect(exitCode).not.toBe(0);
  const types = resources.map(({ type }) => type);
  expect(types).not.toContain('aws:s3/bucketNotification:BucketNotification');
  expect(types).not.toContain('aws:cloudwatch/eventTarget:EventTarget');
  return messages.join('\n');
};
const RULE = `arn:aws:events:${REGION}:${ACCOUNT}:rule/photos-uploads-0-0a1b2c3`;

describe('an existing bucket, by EventBridge', async () => {
  const deployment = await deploy({ bucket: 'holiday-photos' });

  test('is not changed', () => {
    const touched = deployment.resources.filter(
      ({ type, inputs }) => type.startsWith('aws:s3/') && inputs['bucket'] === 'holiday-photos',
    );
    expect(touched).toEqual([]);
    expect(deployment.ofType('aws:s3/bucket:Bucket').map(({ name }) => name)).toEqual([
      'photos-processed',
    ]);
  });

  test('sends to the queue, and to the dead letters what could not be delivered; nobody else may', () => {
    const target = deployment.resource('photos-uploads-0-target');
    expect(target.dependsOn).toEqual(['photos-queue-policy', 'photos-dead-letters-policy']);
    for (const queue of ['queue', 'dead-letters']) {
      const [allowed, ...more] = statementsOf(
        deployment.resource(`photos-${queue}-policy`).inputs,
      ).filter(({ Effect }) => Effect === 'Allow');
      expect(more).toEqual([]);
      expect(allowed).toMatchObject({
        Principal: { Service: 'events.amazonaws.com' },
        Resource: [expect.stringMatching(new RegExp(`:photos-${queue}-0a1b2c3$`))],
        Condition: { ArnEquals: { 'aws:SourceArn': [RULE] } },
      });
    }
  });

  test('may be read by the function, and only there where the recipes say', () => {
    const [read] = statementsOf(deployment.resource('photos-role-policy').inputs);
    expect(read?.Resource).toEqual([
      'arn:aws:s3:::holiday-photos/uploads/*',
      'arn:aws:s3:::holiday-photos/scans/*',
    ]);
    expect(deployment.resource('photos-resizer').inputs['environment']).toMatchObject({
      variables: { DARKROOM_SOURCE_BUCKET: 'holiday-photos' },
    });
  });

  test('has to be switched on for EventBridge, by whoever keeps its notifications', async () => {
    existingNotifications.set('holiday-photos', { eventbridge: false });
    expect(await fail({ bucket: 'holiday-photos' })).toMatch(
      /source\.bucket: holiday-photos does not send its events to EventBridge.*"Amazon EventBridge".*source\.notifications to "add"/,
    );
    const preview = await fail({ bucket: 'holiday-photos' }, { preview: true });
    expect(preview).toMatch(/^source\.bucket: holiday-photos does not send .*"add"\s*$/);
  });
});

describe('an existing bucket, by its notifications', () => {
  const theirs = {
    eventbridge: true,
    lambdaFunctions: [
      {
        id: 'index',
        events: ['s3:ObjectCreated:*'],
        filterPrefix: 'documents/',
        filterSuffix: '',
        lambdaFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:index',
      },
    ],
    topics: [
      {
        id: 'audit',
        events: ['s3:ObjectTagging:*'],
        filterPrefix: '',
        filterSuffix: '',
        topicArn: 'arn:aws:sns:eu-central-1:123456789012:audit',
      },
    ],
  };
  const source = { bucket: 'holiday-photos', notifications: 'add' } as const;

  test('refuses what S3 would refuse, and names it', async () => {
    const index = { ...theirs.lambdaFunctions[0], filterPrefix: 'uploads/2024/' };
    existingNotifications.set('holiday-photos', { lambdaFunctions: [index] });
    expect(await fail(source)).toMatch(
      /its notification "index" covers s3:ObjectCreated:\* for keys "uploads\/2024\/…", the recipes need "uploads\/….jpg"/,
    );
    const preview = await fail(source, { preview: true });
    expect(preview).toMatch(
      /^source\.bucket: its notification "index" covers .* other prefixes\s*$/,
    );
  });

  test.each([
    ['another event', { events: ['s3:ObjectTagging:Put'], filterPrefix: 'uploads/' }],
    ['other keys', { events: ['s3:ObjectCreated:Put'], filterPrefix: 'documents/' }],
    ['another ending', { events: ['s3:ObjectCreated:Put'], filterSuffix: '.pdf' }],
  ])('stands beside a notification of %s', async (_what, filter) => {
    const index = {
      ...theirs.lambdaFunctions[0],
      ...{ filterPrefix: 'uploads/', filterSuffix: '', ...filter },
    };
    existingNotifications.set('holiday-photos', { lambdaFunctions: [index] });
    const { inputs } = (await deploy(source)).resource('photos-notification');
    expect(inputs['lambdaFunctions']).toEqual([index]);
  });
});

test('a bucket that is encrypted with a key of its own can be read', async () => {
  const keyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/ffffffff-0000-4000-8000-000000000000`;
  const deployment = await deploy({ bucket: 'holiday-photos', keyArn });
  expect(statementsOf(deployment.resource('photos-role-policy').inputs)).toContainEqual({
    Sid: 'DecryptUploads',
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: [keyArn],
  });
});

test('a bucket of another region is refused: S3 would not notify the queue', async () => {
  expect(await fail({ bucket: 'elsewhere' })).toMatch(
    /elsewhere is in us-east-1, the stack in eu-central-1/,
  );
});

test('a source that would be its own output is refused, with the loop explained', async () => {
  expect(await fail({ bucket: 'photos-processed-0a1b2c3' })).toMatch(
    /photos-processed-0a1b2c3 is this pipeline.s processed bucket.*a new upload.*without end/,
  );
  expect(() => refuseLoop('one', 'another')).not.toThrow();
});

describe.each([true, false])('uploads with the same MD5, with preview %s', (preview) => {
  const warnings = async () => {
    const config = {
      ...stackConfig('local'),
      'darkroom:pipeline': JSON.stringify({ ...settings, source: { bucket: 'holiday-photos' } }),
      'darkroom:packageTarget': 'host',
    };
    const { exitCode, messages } = await runInLanguageHost('test', config, { preview });
    expect(exitCode).toBe(0);
    return messages.filter((message) => message.includes('MD5'));
  };

  test.each(['Disabled', 'Suspended'] as const)(
    'are warned about if versioning is %s',
    async (status) => {
      existingVersioning.set('holiday-photos', status);
      expect(await warnings()).toEqual([
        expect.stringMatching(
          new RegExp(
            `^source\\.bucket: holiday-photos is not versioned \\(${status}\\)\\. .*SHA-256`,
          ),
        ),
      ]);
    },
  );

  test('are no concern if the bucket is versioned', async () => {
    expect(await warnings()).toEqual([]);
  });
});
