import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { clientConfig, readStack } from './stack-file.ts';

const recipes = [{ name: 'r', variants: [{ name: 'v', steps: [{ resize: { width: 16 } }] }] }];

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), 'darkroom-stack-file-'));
  onTestFinished(() => rm(workspace, { recursive: true }));
});
afterEach(() => void vi.unstubAllEnvs());

interface Given {
  readonly config?: object;
  readonly environment?: unknown;
  readonly pipeline?: object;
}

/** @param script of a shell: a CLI that does this. Default: it does not work */
async function read(given: Given, script?: string, stack = 'acme/shop/test') {
  const { config, pipeline, ...more } = { config: {}, pipeline: {}, ...given };
  const own = { 'aws:region': 'eu-west-3', 'darkroom:pipeline': { recipes, ...pipeline } };
  const content = stringify({ config: { ...own, ...config }, ...more });
  await writeFile(path.join(workspace, 'Pulumi.test.yaml'), content);
  const command = { program: 'sh', args: ['-c', `echo "$*" >> calls\n${script}`, 'pulumi'] };
  const pulumi = script === undefined ? undefined : { command, version: 'v3', user: 'tester' };
  return readStack({ workspace, stack, pulumi });
}

test('is the region, the profile and the settings', async () => {
  const file = await read({ config: { 'aws:profile': 'team' } });
  expect(file).toMatchObject({ region: 'eu-west-3', profile: 'team', settings: { recipes: [{}] } });
  expect(clientConfig(file)).toEqual({ region: 'eu-west-3', profile: 'team' });
});

test('may have neither a profile nor, with AWS_REGION, a region', async () => {
  vi.stubEnv('AWS_REGION', 'us-gov-west-1');
  const file = await read({ config: { 'aws:region': undefined, 'aws:profile': 5 } });
  expect(Object.keys(file)).toEqual(['region', 'settings']);
  expect(clientConfig(file)).toStrictEqual({ region: 'us-gov-west-1' });
});

test.each([[''], [5]])('the region %j is not valid', async (region) => {
  await expect(read({ config: { 'aws:region': region } })).rejects.toMatchObject({
    ...{ code: 'STACK_FILE', message: expect.stringContaining('Pulumi.test.yaml sets no region') },
  });
});

test.each(['eu', 'eu-west', 'EU-WEST-3', 'eu-west-3a', ' eu-west-3', 'eu-west-', '-west-3'])(
  '"%s" is no region',
  async (region) => {
    await expect(read({ config: { 'aws:region': region } })).rejects.toMatchObject({
      ...{ code: 'STACK_FILE', message: expect.stringContaining(`${region} is not a region`) },
    });
  },
);

test.each(['ap-southeast-4', 'us-isob-east-1', 'cn-north-1', 'us-gov-east-1'])(
  '%s is one',
  async (region) => {
    expect(await read({ config: { 'aws:region': region } })).toMatchObject({ region });
  },
);

test('a file that cannot be read is told with its error', async () => {
  await mkdir(path.join(workspace, 'Pulumi.dev.yaml'));
  const target = { workspace, stack: 'dev', pulumi: undefined };
  await expect(readStack(target)).rejects.toMatchObject({
    ...{ code: 'STACK_FILE', cause: { code: 'EISDIR' } },
    message: expect.stringMatching(/^Pulumi\.dev\.yaml .*: EISDIR/),
  });
});

describe('a secret', () => {
  test('is a receiver that is not looked at', async () => {
    const receivers = [{ email: 'ops@example.org' }, { https: { secure: 'v1:x' } }];
    const { settings } = await read({ pipeline: { alarms: { receivers } } });
    expect(settings.alarms.receivers).toEqual([
      { email: 'ops@example.org' },
      { https: 'https://secret.invalid/' },
    ]);
  });

  test.each([
    ['another member', { https: { secure: 'v1:x', more: 1 } }],
    ['another name', { https: { secret: 'v1:x' } }],
    ['nothing', { https: null }],
  ])('does not have %s', async (_what, receiver) => {
    const pipeline = { alarms: { receivers: [receiver] } };
    await expect(read({ pipeline })).rejects.toMatchObject({
      ...{ code: 'STACK_FILE', cause: { name: 'SettingsError' } },
      message: expect.stringMatching(
        /^Pulumi\.test\.yaml, darkroom:pipeline is not valid:[^]*receivers/,
      ),
    });
  });
});

describe('ESC environments', () => {
  const configOf = (config: object) => `[ $1 = config ] && echo '${JSON.stringify(config)}'`;
  const merged = {
    'aws:region': { value: 'eu-north-1' },
    'darkroom:pipeline': { value: '{}', objectValue: { recipes } },
  };
  const calls = async () =>
    (await readFile(path.join(workspace, 'calls'), 'utf8')).trimEnd().split('\n');

  test('are opened by the CLI, for the existing stack', async () => {
    const script = `${configOf(merged)}; [ $1 = env ] && echo '{"OF_THE_TEST":5}'; true`;
    onTestFinished(() => void delete process.env['OF_THE_TEST']);
    const environment = { imports: ['shop/dev', { shared: { merge: false } }] };
    const file = await read({ environment }, script);
    expect(file).toMatchObject({ region: 'eu-north-1', settings: { recipes: [{}] } });
    expect(process.env['OF_THE_TEST']).toBe('5');
    expect(await calls()).toEqual([
      'stack select --create acme/shop/test --non-interactive',
      'config --json --show-secrets --stack acme/shop/test --non-interactive',
      'env open acme/shop/dev environmentVariables --format json',
      'env open acme/shared environmentVariables --format json',
    ]);
  });

  test('are in the default organization for a stack without one, and need no variables', async () => {
    const script = `${configOf(merged)}; [ $1 = env ] && echo null; true`;
    await read({ environment: ['dev'] }, script, 'test');
    expect((await calls()).at(-1)).toBe('env open dev environmentVariables --format json');
  });

  test.each([null, undefined])('are not there with `environment: %s`', async (environment) => {
    expect(await read({ environment })).toMatchObject({ region: 'eu-west-3' });
  });

  test('that only define values are not opened', async () => {
    await read({ environment: { values: {} } }, `${configOf(merged)}; true`);
    expect(await calls()).toHaveLength(2);
  });

  test('need a CLI that works', async () => {
    const message = expect.stringMatching(/^Pulumi\.test\.yaml names an ESC environment/);
    const environment = ['dev'];
    await expect(read({ environment })).rejects.toMatchObject({ code: 'STACK_FILE', message });
  });

  test('that do not open are told with the words of the CLI', async () => {
    await expect(read({ environment: ['dev'] }, 'echo why >&2; exit 1')).rejects.toMatchObject({
      ...{ code: 'STACK_FILE', cause: { code: 'PULUMI_FAILED' } },
      message: expect.stringMatching(
        /^The ESC environment of Pulumi\.test\.yaml .*`pulumi stack select .*` failed: why\n.*Pulumi Cloud/,
      ),
    });
  });

  test('with an unreadable answer are a defect', async () => {
    await expect(read({ environment: ['dev'] }, 'echo no JSON')).rejects.toThrow(SyntaxError);
  });
});
