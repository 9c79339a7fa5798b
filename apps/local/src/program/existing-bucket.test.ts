/** The repository's program on an existing bucket with the notifications of another owner. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, handlers } from '@darkroom/local-pulumi';
import {
  deployBy,
  failureOf,
  runByLanguageHost,
  startCloud,
  type Cloud,
} from '@darkroom/local-pulumi/testing';

const workspace = path.resolve(import.meta.dirname, '../../../..');
const THEIRS = 'arn:aws:sqs:us-east-1:000000000000:archive';

let cloud: Cloud;
let projectDir: string;
beforeAll(async () => {
  cloud = await startCloud();
  projectDir = await mkdtemp(path.join(tmpdir(), 'existing-'));
  await writeFile(path.join(projectDir, 'Pulumi.yaml'), 'name: darkroom\n');
  const { QueueUrl } = await cloud.sqs.send(new CreateQueueCommand({ QueueName: 'archive' }));
  const allow = {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: THEIRS,
    Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::holiday-photos' } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
  await cloud.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await cloud.s3.send(new CreateBucketCommand({ Bucket: 'holiday-photos' }));
});
afterAll(async () => {
  await cloud.stop();
  await rm(projectDir, { recursive: true, force: true });
});

/** What the other team has configured: it hears of keys that begin so. */
const theyListenTo = (prefix: string) =>
  cloud.s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'holiday-photos',
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            Id: 'archive',
            QueueArn: THEIRS,
            Events: ['s3:ObjectCreated:*'],
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
          },
        ],
      },
    }),
  );

async function configured(): Promise<QueueConfiguration[]> {
  const { QueueConfigurations = [] } = await cloud.s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: 'holiday-photos' }),
  );
  return QueueConfigurations;
}

/** @param source JSON, which is YAML too */
async function options(source: object) {
  const recipe = {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: [{ name: 'thumb', steps: [{ resize: { width: 100 } }] }],
  };
  const settings = { source, recipes: [recipe], storage: { protect: false } };
  await writeFile(
    path.join(projectDir, 'Pulumi.local.yaml'),
    `config:\n  aws:region: us-east-1\n  darkroom:packageTarget: host\n  darkroom:pipeline: ${JSON.stringify(settings)}\n`,
  );
  return {
    entry: path.join(workspace, 'apps/infra/src/program.ts'),
    ...{
      projectDir,
      stack: 'local',
      dataDir: cloud.dataDir,
      handlers,
      context: cloud.context,
      unknownTypes: 'reject' as const,
    },
  };
}
const add = { bucket: 'holiday-photos', notifications: 'add' };

describe('a bucket that somebody else listens to', () => {
  test('is refused while both would hear of the same keys, and is left as it is', async () => {
    await theyListenTo('');
    const before = await configured();
    expect(await failureOf(deploy(await options(add)))).toMatchObject({
      message: expect.stringContaining('its notification "archive" covers s3:ObjectCreated:*'),
    });
    expect(await configured()).toEqual(before);
  });

  test('tells both, each what it asked for', async () => {
    await theyListenTo('archive/');
    const lines: string[] = [];
    const { outputs } = await deploy({
      ...(await options(add)),
      onEvent: (event) => event.kind === 'log' && lines.push(event.line),
    });
    expect(outputs).toMatchObject({ sourceBucket: 'holiday-photos' });
    expect(lines.join()).toMatch(/holiday-photos is not versioned \(Disabled\)/);
    expect((await configured()).map(({ Id }) => Id)).toEqual([
      'archive',
      'darkroom:darkroom/local/photos:0',
    ]);
    for (const Key of ['uploads/a.jpg', 'archive/b.pdf'])
      await cloud.s3.send(new PutObjectCommand({ Bucket: 'holiday-photos', Key, Body: 'x' }));
    const heard = async (queueUrl: string) => {
      const { Messages = [] } = await cloud.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.flatMap(({ Body = '' }) => {
        const { Records = [] } = JSON.parse(Body) as {
          Records?: { s3: { object: { key: string } } }[];
        };
        return Records.map(({ s3 }) => s3.object.key);
      });
    };
    expect(await heard(outputs['queueUrl'] as string)).toEqual(['uploads/a.jpg']);
    expect(await heard(`${cloud.context.endpoint}/000000000000/archive`)).toEqual([
      'archive/b.pdf',
    ]);
  });

  test('is not configured twice, and Pulumi’s language host sees the same', async () => {
    const again = await options(add);
    await deploy(again);
    cloud.takeCalls();
    const { changes } = await deployBy(runByLanguageHost, again);
    expect(changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    expect(cloud.takeCalls()).toEqual([]);
  });

  test('keeps what others change meanwhile', async () => {
    const [, ours] = await configured();
    const archive = { Id: 'archive', QueueArn: THEIRS, Events: ['s3:ObjectCreated:*'] };
    const Filter = { Key: { FilterRules: [{ Name: 'prefix', Value: 'documents/' }] } };
    await cloud.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: 'holiday-photos',
        NotificationConfiguration: {
          QueueConfigurations: [{ ...archive, Filter }, ours] as QueueConfiguration[],
        },
      }),
    );
    await deploy(await options(add));
    const [theirs] = await configured();
    expect(theirs?.Filter?.Key?.FilterRules).toEqual([
      { Name: expect.stringMatching(/prefix/i), Value: 'documents/' },
    ]);
  });

  test('keeps their notifications when the pipeline goes', async () => {
    const entry = path.join(import.meta.dirname, 'nothing.ts');
    const { changes } = await deploy({ ...(await options(add)), entry });
    expect(changes.deleted).toBeGreaterThan(10);
    expect((await configured()).map(({ Id }) => Id)).toContain('archive');
  });
});

test('a bucket that is not there is told so', async () => {
  expect(await failureOf(deploy(await options({ ...add, bucket: 'nowhere' })))).toMatchObject({
    message: expect.stringContaining('there is no bucket nowhere'),
  });
});
