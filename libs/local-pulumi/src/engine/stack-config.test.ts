import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readStackConfig } from './stack-config.ts';

let projectDir: string;
beforeEach(async () => {
  projectDir = await mkdtemp(path.join(tmpdir(), 'config-'));
  await write('Pulumi.yaml', 'name: shop\nmain: app/src/index.ts\n');
});
afterEach(() => rm(projectDir, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(path.join(projectDir, name), text);

test('values are texts as Pulumi makes them, with the project as the namespace', async () => {
  await write(
    'Pulumi.dev.yaml',
    `encryptionsalt: v1:x
config:
  aws:region: eu-central-1
  shop:size: 3
  shop:open: true
  plain: yes it is
  empty:
  shop:things: { list: [1, { a: b }] }
`,
  );
  await mkdir(path.join(projectDir, 'app/src'), { recursive: true });
  await write('app/src/index.ts', '');
  expect(await readStackConfig(projectDir, 'dev')).toEqual({
    project: 'shop',
    programDirectory: path.join(projectDir, 'app/src'),
    config: {
      'aws:region': 'eu-central-1',
      'shop:size': '3',
      'shop:open': 'true',
      'shop:plain': 'yes it is',
      'shop:things': '{"list":[1,{"a":"b"}]}',
    },
  });
});

test('a stack without configuration has none', async () => {
  await write('Pulumi.dev.yaml', '');
  expect((await readStackConfig(projectDir, 'dev')).config).toEqual({});
});

test.each([
  ['config: null\n', {}],
  ['config: { list: null, a: { secure: 5 } }\n', { 'shop:a': '{"secure":5}' }],
  ['config: { a: { secure: x, more: [null] } }\n', { 'shop:a': '{"secure":"x","more":[null]}' }],
])('%j is read', async (text, config) => {
  await write('Pulumi.dev.yaml', text);
  expect((await readStackConfig(projectDir, 'dev')).config).toEqual(config);
});

test.each([
  ['a folder', 'main: infra', 'infra'],
  ['a file', 'main: infra/index.ts', 'infra'],
  ['missing', 'main: later', 'later'],
  ['left out', '', '.'],
])('the program whose `main` is %s starts in its folder', async (_what, main, folder) => {
  await write('Pulumi.yaml', `name: shop\n${main}\n`);
  await write('Pulumi.dev.yaml', '');
  await mkdir(path.join(projectDir, 'infra'));
  await write('infra/index.ts', '');
  const { programDirectory } = await readStackConfig(projectDir, 'dev');
  expect(programDirectory).toBe(path.resolve(projectDir, folder));
});

test('the name of the project may be given, without a project file', async () => {
  await rm(path.join(projectDir, 'Pulumi.yaml'));
  await write('Pulumi.dev.yaml', 'config: { a: b }\n');
  const { project, config } = await readStackConfig(projectDir, 'dev', 'other');
  expect({ project, config }).toEqual({ project: 'other', config: { 'other:a': 'b' } });
});

describe('an error', () => {
  test('says that there are no stacks', async () => {
    for (const name of ['Pulumi.yaml.bak', 'xPulumi.a.yaml', 'Pulumi.a.yaml.bak'])
      await write(name, '');
    await expect(readStackConfig(projectDir, 'test')).rejects.toThrow(/; there are none$/);
  });

  test.each([
    ['name: shop\nconfig: {}\n', 'reads configuration from stack files only'],
    ['name: a/b\n', 'has no usable "name"'],
    ['name: 5\n', 'has no usable "name"'],
    ['5\n', 'is no map'],
    ['name: {\n', 'at line'],
  ])('names the project file with %j', async (text, why) => {
    await write('Pulumi.yaml', text);
    await expect(readStackConfig(projectDir, 'dev')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(why),
    });
  });

  test('names a file that cannot be read, with its cause', async () => {
    await mkdir(path.join(projectDir, 'Pulumi.dev.yaml'));
    await expect(readStackConfig(projectDir, 'dev')).rejects.toMatchObject({
      ...{ code: 'CONFIG_INVALID', cause: { code: 'EISDIR' } },
    });
  });

  test('names the file of an unknown stack, and the stacks that there are', async () => {
    await write('Pulumi.prod.yaml', '');
    await write('Pulumi.dev.yaml', '');
    await expect(readStackConfig(projectDir, 'test')).rejects.toMatchObject({
      code: 'STACK_UNKNOWN',
      message: `there is no stack "test": looked for ${path.join(projectDir, 'Pulumi.test.yaml')}; there are: dev, prod`,
    });
  });

  test.each(['../dev', 'a/b', '', 'x'.repeat(101)])('refuses the stack name "%s"', async (name) => {
    await expect(readStackConfig(projectDir, name)).rejects.toMatchObject({
      code: 'STACK_UNKNOWN',
      message: expect.stringContaining(`"${name}" is no stack name`),
    });
  });

  test.each([
    ['config:\n  shop:key: { secure: AAAB }\n', '"shop:key" is a secure value'],
    ['config:\n  shop:key: { a: [{ secure: AAAB }] }\n', '"shop:key.a.0" is a secure value'],
    ['config: [1]\n', '"config" is no map'],
    ['config: {\n', 'at line'],
    ['- 1\n', 'is no map'],
  ])('says what is wrong with %j', async (text, why) => {
    await write('Pulumi.dev.yaml', text);
    await expect(readStackConfig(projectDir, 'dev')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(path.join(projectDir, 'Pulumi.dev.yaml')),
    });
    await expect(readStackConfig(projectDir, 'dev')).rejects.toThrow(why);
  });

  test('says that the project file is missing, or has no name', async () => {
    await write('Pulumi.yaml', 'runtime: nodejs\n');
    await expect(readStackConfig(projectDir, 'dev')).rejects.toThrow('has no usable "name"');
    await rm(path.join(projectDir, 'Pulumi.yaml'));
    await expect(readStackConfig(projectDir, 'dev')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `there is no ${path.join(projectDir, 'Pulumi.yaml')}`,
    });
  });
});
