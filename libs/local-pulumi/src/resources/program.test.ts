/**
 * Real programs with the real provider's SDK: in the worker, and again through Pulumi's own language host. The second
 * run has to find nothing to change: then both saw the same graph, to the last input and dependency.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployBy, type DeployOptions } from '../engine/deploy.ts';
import { deploy } from '../engine/index.ts';
import { runByLanguageHost } from '../engine/testing/language-host.ts';
import type { AwsContext } from './aws.ts';
import { handlers } from './handlers.ts';
import { lambdaSpecs } from './lambda/lambda-specs.ts';
import { failureOf, startCloud, type Cloud } from './testing/embedded.ts';

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
  unknownTypes: 'reject' as const,
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

describe('a program with types that the engine does not know', () => {
  const TYPES = [
    'aws:ecr/getImage:getImage',
    'aws:ecr/repository:Repository',
    'aws:ssm/parameter:Parameter',
    'command:local:Command',
  ];
  const options = () => ({
    ...optionsOf({
      entry: path.join(import.meta.dirname, 'fixtures/unknown-types.ts'),
      projectDir,
      stack: 'unknown',
    }),
    unknownTypes: 'accept' as const,
  });
  beforeAll(() => writeFile(path.join(projectDir, 'Pulumi.unknown.yaml'), 'config: {}\n'));

  test('is deployed, and the types are listed', async () => {
    const { outputs, changes, unknownTypes } = await deploy(options());
    expect(changes).toMatchObject({ created: 3 });
    expect(outputs).toEqual({
      existing: '/photos/existing',
      parameter: expect.stringMatching(
        /^arn:aws:ssm:us-east-1:000000000000:parameter\/parameter-[0-9a-f]{7}$/,
      ),
      record: 'img.example.com',
    });
    expect(unknownTypes).toEqual(TYPES);
  });

  test('is the same through Pulumi’s language host', async () => {
    await deploy(options());
    const { changes } = await deployBy(runByLanguageHost, options());
    expect(changes).toMatchObject({ created: 0, updated: 0, replaced: 0, same: 3 });
  });

  test('fails with a message that names the types if it needs a computed output', async () => {
    const config = { 'shop:usesComputed': 'true' };
    expect(await failureOf(deploy({ ...options(), config }))).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: expect.stringContaining(`does not emulate them: ${TYPES.join(', ')}`),
    });
  });

  test('fails in strict mode', async () => {
    expect(await failureOf(deploy({ ...options(), unknownTypes: 'reject' }))).toMatchObject({
      code: 'TYPE_UNKNOWN',
    });
  });
});
