/** This repository's program on an embedded AWS, in the worker thread and through Pulumi's own language host. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { deploy, DeploymentError, handlers, lambdaSpecs } from '@darkroom/local-pulumi';
import {
  deployBy,
  runByLanguageHost,
  startCloud,
  type Cloud,
} from '@darkroom/local-pulumi/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const savedState = async (stack: string) =>
  JSON.parse(await readFile(path.join(cloud.dataDir, `stacks/${stack}.json`), 'utf8')) as unknown;

const workspace = path.resolve(import.meta.dirname, '../../../..');

describe('the pipeline of this repository', () => {
  const options = () => ({
    entry: path.join(workspace, 'apps/infra/src/program.ts'),
    ...{ projectDir: workspace, stack: 'local', dataDir: cloud.dataDir },
    ...{ handlers, context: cloud.context, unknownTypes: 'reject' as const },
  });

  test('is deployed, and the same through Pulumi’s language host', async () => {
    const first = await deploy(options());
    expect(Object.keys(first.outputs).sort()).toEqual([
      'alarmNames',
      'alarmTopicArn',
      'dashboardUrl',
      'deadLetterQueueUrl',
      'functionName',
      'logGroupName',
      'processedBucket',
      'queueUrl',
      'settings',
      'sourceBucket',
    ]);
    const before = await savedState('local');
    cloud.takeCalls();
    const { changes, outputs } = await deployBy(runByLanguageHost, options());
    expect(changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    expect(cloud.takeCalls()).toEqual([]);
    expect(await savedState('local')).toEqual(before);
    expect(outputs).toEqual(first.outputs);
    const [spec] = lambdaSpecs(first.resources, cloud.dataDir).functions;
    expect(existsSync(path.join(spec?.codeDirectory ?? '', 'index.mjs'))).toBe(true);
  });

  test('changes with its configuration, in place', async () => {
    const first = await deploy(options());
    const bucket = first.outputs['sourceBucket'] as string;
    await cloud.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'uploads/a', Body: 'kept' }));
    cloud.takeCalls();

    const elsewhere = await mkdtemp(path.join(tmpdir(), 'changed-'));
    const stackFile = await readFile(path.join(workspace, 'Pulumi.local.yaml'), 'utf8');
    await writeFile(path.join(elsewhere, 'Pulumi.yaml'), 'name: darkroom\n');
    await writeFile(
      path.join(elsewhere, 'Pulumi.local.yaml'),
      stackFile.replaceAll('uploads/', 'incoming/'),
    );
    const second = await deploy({ ...options(), projectDir: elsewhere });
    await rm(elsewhere, { recursive: true });

    const { settings, ...outputs } = first.outputs;
    const changed = JSON.stringify(settings).replaceAll('uploads/', 'incoming/');
    expect(second.outputs).toEqual({ ...outputs, settings: JSON.parse(changed) as unknown });
    expect(second.changes).toMatchObject({ created: 0, replaced: 0, deleted: 0 });
    expect(cloud.takeCalls()).toEqual(['PutBucketNotificationConfigurationCommand']);
    const notification = await cloud.s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
    );
    expect(notification.QueueConfigurations?.[0]?.Filter?.Key?.FilterRules).toEqual([
      { Name: 'Prefix', Value: 'incoming/' },
    ]);
    const kept = await cloud.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'uploads/a' }));
    expect(await kept.Body?.transformToString()).toBe('kept');
  });

  test('is refused for a stack that is not there', async () => {
    const error = await deploy({ ...options(), stack: 'nowhere' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(DeploymentError);
    expect((error as DeploymentError).message).toMatch(/Pulumi\.nowhere\.yaml; there are: .*local/);
  });
});
