import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../../engine/testing/run.ts';
import { lambdaSpecs } from './lambda-specs.ts';
import { failureOf, startCloud, type Cloud } from '../testing/embedded.ts';

let cloud: Cloud;
let bundle: string;
beforeAll(async () => {
  cloud = await startCloud();
  bundle = path.join(cloud.dataDir, 'dist');
  await mkdir(path.join(bundle, 'lib'), { recursive: true });
  await writeFile(path.join(bundle, 'index.mjs'), 'export const handler = () => {};');
  await writeFile(path.join(bundle, 'lib/part.mjs'), '');
});
afterAll(() => cloud.stop());

const SIGNATURE = '4dabf18193072939515e22adb298388d';
const ARCHIVE = '0def7320c3a5731c473e5ecbe6d01bc7';
const ASSET = 'c44067f5952c0a294b673a41bacd8c17';
const folder = () => ({ [SIGNATURE]: ARCHIVE, path: bundle });
const withRecipes = (text: string) => ({
  [SIGNATURE]: ARCHIVE,
  assets: { '.': folder(), 'recipes.json': { [SIGNATURE]: ASSET, text } },
});

type Inputs = Parameters<Parameters<Program>[0]>[2];
const program =
  ({
    code = folder(),
    queue = {},
    inputs = {},
    mapping = {},
  }: { code?: object; queue?: Inputs; inputs?: Inputs; mapping?: Inputs } = {}): Program =>
  async (register) => {
    const jobs = await register('aws:sqs/queue:Queue', 'q', {
      name: 'jobs',
      visibilityTimeoutSeconds: 180,
      ...queue,
    });
    const resizer = await register('aws:lambda/function:Function', 'resizer', {
      role: 'arn:aws:iam::000000000000:role/r',
      code: code as never,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeout: 30,
      memorySize: 512,
      environment: { variables: { QUEUE_URL: jobs.id } },
      ...inputs,
    });
    await register('aws:lambda/eventSourceMapping:EventSourceMapping', 'trigger', {
      eventSourceArn: jobs.outputs['arn'] ?? null,
      functionName: resizer.outputs['arn'] ?? null,
      batchSize: 5,
      scalingConfig: { maximumConcurrency: 4 },
      functionResponseTypes: ['ReportBatchItemFailures'],
      ...mapping,
    });
  };

describe('a function and its mapping', () => {
  test('come out as what the Lambda room runs', async () => {
    const { deployment } = await cloud.deploy(program());
    const { functions, mappings } = lambdaSpecs(deployment.resources(), cloud.dataDir);
    const queueUrl = `${cloud.context.endpoint}/000000000000/jobs`;
    expect(functions).toEqual([
      {
        name: expect.stringMatching(/^resizer-[0-9a-f]{7}$/),
        arn: `arn:aws:lambda:us-east-1:000000000000:function:${functions[0]?.name}`,
        codeDirectory: bundle,
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutSeconds: 30,
        memoryMiB: 512,
        environment: { QUEUE_URL: queueUrl },
      },
    ]);
    expect(mappings).toEqual([
      {
        id: expect.any(String),
        queueUrl,
        queueArn: 'arn:aws:sqs:us-east-1:000000000000:jobs',
        functionName: functions[0]?.name,
        batchSize: 5,
        batchWindowSeconds: 0,
        maximumConcurrency: 4,
        reportBatchItemFailures: true,
      },
    ]);
    expect((await cloud.deploy(program())).changes).toMatchObject({ same: 3 });
  });

  test('leave a mapping out that is switched off', async () => {
    const mappingOf = async (enabled: boolean) => {
      const { deployment } = await cloud.deploy(program({ mapping: { enabled } }));
      const resources = deployment.resources();
      return { mapping: resources.at(-1), ...lambdaSpecs(resources, cloud.dataDir) };
    };
    const on = await mappingOf(true);
    const { id = '' } = on.mapping ?? {};
    const arn = `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${id}`;
    expect(on.mapping?.outputs).toMatchObject({ uuid: id, arn, state: 'Enabled' });
    const off = await mappingOf(false);
    expect(off.mapping?.outputs).toMatchObject({ uuid: id, state: 'Disabled' });
    expect(off.mappings).toEqual([]);
  });

  test.each<{ readonly [name: string]: number; readonly batchSize: number }>([
    { batchSize: 10 },
    { batchSize: 11, maximumBatchingWindowInSeconds: 1 },
  ])('may have %j', async (mapping) => {
    const { deployment } = await cloud.deploy(program({ mapping }));
    const { mappings } = lambdaSpecs(deployment.resources(), cloud.dataDir);
    expect(mappings).toMatchObject([{ batchSize: mapping.batchSize }]);
  });

  test('may name the function by its name', async () => {
    const named = program({ inputs: { name: 'small' }, mapping: { functionName: 'small' } });
    const { deployment } = await cloud.deploy(named);
    const { mappings } = lambdaSpecs(deployment.resources(), cloud.dataDir);
    expect(mappings).toMatchObject([{ functionName: 'small' }]);
  });

  test('see a changed bundle', async () => {
    await cloud.deploy(program());
    await writeFile(path.join(bundle, 'lib/part.mjs'), 'export {};');
    expect((await cloud.deploy(program())).changes).toMatchObject({ updated: 1, same: 2 });
  });
});

describe('a package of several parts', () => {
  const codeDirectory = async (code: object) => {
    const { deployment, changes } = await cloud.deploy(program({ code }));
    const [spec] = lambdaSpecs(deployment.resources(), cloud.dataDir).functions;
    return { directory: spec?.codeDirectory ?? '', changes };
  };

  test('is put together below the data directory, anew when it changes or is gone', async () => {
    const { directory } = await codeDirectory(withRecipes('[1]'));
    expect(path.relative(cloud.dataDir, directory)).toMatch(/^functions\/resizer-/);
    expect(await readFile(path.join(directory, 'recipes.json'), 'utf8')).toBe('[1]');
    expect(await readFile(path.join(directory, 'index.mjs'), 'utf8')).toContain('handler');
    expect(await readFile(path.join(directory, 'lib/part.mjs'), 'utf8')).toBe('export {};');

    const next = await codeDirectory(withRecipes('[2]'));
    expect(next.changes).toMatchObject({ updated: 1 });
    expect(await readFile(path.join(next.directory, 'recipes.json'), 'utf8')).toBe('[2]');
    await expect(readFile(directory)).rejects.toThrow('ENOENT');

    await rm(next.directory, { recursive: true });
    await codeDirectory(withRecipes('[2]'));
    expect(await readFile(path.join(next.directory, 'recipes.json'), 'utf8')).toBe('[2]');

    await cloud.deploy(() => Promise.resolve());
    await expect(readFile(next.directory)).rejects.toThrow('ENOENT');
    expect(await readFile(path.join(bundle, 'index.mjs'), 'utf8')).toContain('handler');
  });

  test('cannot reach outside', async () => {
    const code = { [SIGNATURE]: ARCHIVE, assets: { '../x': { [SIGNATURE]: ASSET, text: '' } } };
    expect(await failureOf(cloud.deploy(program({ code })))).toMatchObject({
      message: expect.stringContaining('"../x" lies outside the package'),
    });
  });
});

describe('what Lambda refuses is refused', () => {
  test.each([
    [
      'a visibility timeout below the function’s',
      { queue: { visibilityTimeoutSeconds: 20 } },
      'InvalidParameterValueException: Queue visibility timeout: 20 seconds is less than Function timeout: 30 seconds',
    ],
    [
      'a large batch without a window',
      { mapping: { batchSize: 11 } },
      'a batch size above 10 needs "maximumBatchingWindowInSeconds" of at least 1',
    ],
    [
      'an unknown function',
      { mapping: { functionName: 'nobody' } },
      'ResourceNotFoundException: Function not found: nobody',
    ],
    [
      'an unknown queue',
      { mapping: { eventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:nothing' } },
      'InvalidParameterValueException: there is no queue arn:aws:sqs:us-east-1:000000000000:nothing',
    ],
    [
      'an environment over 4 KB',
      { inputs: { environment: { variables: { LONG: 'x'.repeat(4096) } } } },
      "over Lambda's limit of 4096",
    ],
    [
      'a reserved variable',
      { inputs: { environment: { variables: { AWS_REGION: 'x' } } } },
      'is reserved: Lambda sets it itself',
    ],
    ['a runtime that is not Node', { inputs: { runtime: 'python3.13' } }, 'only Node.js runtimes'],
    ['a timeout over 900 s', { inputs: { timeout: 901 } }, '"timeout": Too big'],
    ['a property that nobody knows', { inputs: { layers: [] } }, 'property "layers" is unknown'],
  ])('%s', async (_, change, message) => {
    const error = await failureOf(cloud.deploy(program(change)));
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^aws:lambda\/\w+:\w+ "\w+": /) });
  });
});
