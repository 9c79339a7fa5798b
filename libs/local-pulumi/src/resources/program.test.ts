/**
 * Real programs with the real provider's SDK: in the worker, and again through Pulumi's own language host. The second
 * run has to find nothing to change: then both saw the same graph, to the last input and dependency.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployBy, type DeployOptions } from '../engine/deploy.ts';
import { deploy, DeploymentError } from '../engine/index.ts';
import { runByLanguageHost } from '../engine/testing/language-host.ts';
import { handlers, lambdaSpecs, type AwsContext } from './index.ts';
import { startCloud, type Cloud } from './testing/embedded.ts';

let cloud: Cloud;
let projectDir: string;
beforeAll(async () => {
  cloud = await startCloud();
  projectDir = await mkdtemp(path.join(tmpdir(), 'program-'));
  await writeFile(path.join(projectDir, 'Pulumi.yaml'), 'name: shop\n');
  await writeFile(path.join(projectDir, 'Pulumi.dev.yaml'), 'config:\n  shop:apiKey: s3cr3t\n');
});
afterAll(async () => {
  await cloud.stop();
  await rm(projectDir, { recursive: true, force: true });
});

const optionsOf = (program: Pick<DeployOptions<AwsContext>, 'entry' | 'projectDir' | 'stack'>) => ({
  ...program,
  dataDir: cloud.dataDir,
  handlers,
  context: cloud.context,
});
const savedState = async (stack: string) =>
  JSON.parse(await readFile(path.join(cloud.dataDir, `stacks/${stack}.json`), 'utf8')) as unknown;

describe('a small pipeline', () => {
  const options = () =>
    optionsOf({
      entry: path.join(import.meta.dirname, 'fixtures/pipeline.ts'),
      projectDir,
      stack: 'dev',
    });

  test('is deployed', async () => {
    const { outputs, resources, changes, notEmulated } = await deploy(options());
    expect(changes).toEqual({ created: 10, updated: 0, replaced: 0, deleted: 0, same: 0 });
    const bucket = resources.find(({ type }) => type === 'aws:s3/bucket:Bucket');
    expect(bucket?.urn).toBe(
      'urn:pulumi:dev::shop::shop:index:Pipeline$aws:s3/bucket:Bucket::photos-uploads',
    );
    const { functions, mappings } = lambdaSpecs(resources, cloud.dataDir);
    expect(outputs).toEqual({
      bucket: bucket?.id,
      queueUrl: mappings[0]?.queueUrl,
      functionName: functions[0]?.name,
      apiKey: 's3cr3t',
    });
    expect(functions[0]?.environment).toEqual({ BUCKET: bucket?.id, API_KEY: 's3cr3t' });
    expect(notEmulated.map(({ type, property }) => property ?? type)).toEqual([
      'aws:iam/role:Role',
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      'role',
      'tags',
      'aws:s3/bucketVersioning:BucketVersioning',
    ]);
  });

  test('is the same through Pulumi’s language host', async () => {
    await deploy(options());
    const before = await savedState('dev');
    cloud.takeCalls();
    const { changes, outputs } = await deployBy(runByLanguageHost, options());
    expect(changes).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 0, same: 10 });
    expect(cloud.takeCalls()).toEqual([]);
    expect(await savedState('dev')).toEqual(before);
    expect(outputs).toEqual((await deploy(options())).outputs);
  });
});

const workspace = path.resolve(import.meta.dirname, '../../../..');

describe('the pipeline of this repository', () => {
  const options = () =>
    optionsOf({
      entry: path.join(workspace, 'apps/infra/src/program.ts'),
      projectDir: workspace,
      stack: 'local',
    });

  test('is deployed, and the same through Pulumi’s language host', async () => {
    const first = await deploy(options());
    expect(Object.keys(first.outputs).sort()).toEqual([
      'alarmTopicArn',
      'dashboardUrl',
      'deadLetterQueueUrl',
      'functionName',
      'processedBucket',
      'queueUrl',
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

    expect(second.outputs).toEqual(first.outputs);
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
