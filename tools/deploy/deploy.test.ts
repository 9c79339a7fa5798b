/** `npm run deploy`, with the Pulumi CLI and AWS replaced. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { DeployError } from './deploy-error.ts';
import { confirm, deploy } from './deploy.ts';
import { type Account, fakeAccount, teamProfile } from './testing/fake-account.ts';
import { fakeS3 } from './testing/fake-s3.ts';
import { CHECKOUT, fakeWorkspace, type FakeWorkspaceOptions } from './testing/fake-workspace.ts';
import { screen } from './testing/screen.ts';

const STACK = 'test';

interface StackYaml {
  config: { 'darkroom:pipeline': { function: { reservedConcurrency?: number } } };
}

/** The codes and messages of what it ends with. */
async function problems(doing: Promise<unknown>): Promise<Pick<DeployError, 'code' | 'message'>[]> {
  const error: unknown = await doing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const all = error instanceof AggregateError ? error.errors : [error];
  return (all as DeployError[]).map(({ code, message }) => ({ code, message }));
}

const problem = (code: string, message: RegExp) => ({
  code,
  message: expect.stringMatching(message),
});

describe('is told everything that is missing, at once', () => {
  const check = async (options: FakeWorkspaceOptions, account?: Account) => {
    await fakeAccount(account);
    const workspace = await fakeWorkspace(options);
    const found = await problems(
      deploy({ stack: STACK, yes: true }, workspace.directory, screen()),
    );
    // Nothing is built or changed.
    const calls = await workspace.calls();
    expect(
      calls.filter(
        (call) => !/^pulumi (?:version|whoami|config|stack export|stack select)/.test(call),
      ),
    ).toEqual([]);
    return found;
  };

  test('the CLI, where it can neither be found nor fetched; a stack file that is wrong', async () => {
    const stackFile = 'config: { aws:region: eu-west-1, darkroom:pipeline: { recipes: [] } }';
    expect(await check({ hasPulumi: false, stackFile })).toEqual([
      problem('PULUMI_MISSING', /fetch failed[^]*pulumi\.com\/docs\/install/),
      problem('STACK_FILE', /^Pulumi\.test\.yaml, darkroom:pipeline is not valid:\n {2}recipes/),
    ]);
  });

  test('a login of the CLI, credentials of AWS', async () => {
    expect(await check({ failing: 'whoami' }, { knows: false })).toEqual([
      problem('PULUMI_LOGIN', /whoami does not work today[^]*pulumi login/),
      problem('CREDENTIALS', /security token[^]*aws sso login/),
    ]);
  });

  test('AWS that cannot be reached', async () => {
    await fakeAccount();
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    const { directory } = await fakeWorkspace({});
    expect(await problems(deploy({ stack: STACK, yes: true }, directory, screen()))).toEqual([
      problem('NO_CONNECTION', /does not answer in us-east-1: .*\nCheck the network.*aws:region/),
    ]);
  });

  test.each([
    ['no file', undefined, /Pulumi\.test\.yaml is missing/],
    ['no region', 'config: { darkroom:pipeline: {} }', /sets no region/],
    ['a config without members', 'config:\n', /sets no region/],
    ['invalid YAML', 'config: {', /not valid YAML/],
    ['an alias without an anchor', 'config: *settings', /not valid YAML: Unresolved alias/],
    ['a list', '- config', /must be a map.*Pulumi\.dev\.yaml/],
    ['a text as config', 'config: aws:region=eu-west-1', /must be a map.*Pulumi\.dev\.yaml/],
    ['a wrong region', 'config: { aws:region: eu-west1 }', /eu-west1 is not a region.*correct/],
  ])('%s', async (_what, stackFile, message) => {
    expect(await check({ stackFile })).toEqual([problem('STACK_FILE', message)]);
  });

  test('a region of the environment is enough, and a receiver may be secret', async () => {
    const own = parse(await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8')) as {
      config: Record<string, unknown> & { 'darkroom:pipeline': object };
    };
    delete own.config['aws:region'];
    own.config['darkroom:pipeline'] = {
      ...own.config['darkroom:pipeline'],
      alarms: { receivers: [{ https: { secure: 'v1:encrypted' } }] },
    };
    await fakeAccount({ concurrency: [1000, 110] });
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    const workspace = await fakeWorkspace({ stackFile: stringify(own) });
    const terminal = screen('n');
    await problems(
      deploy({ stack: `acme/darkroom/${STACK}`, yes: false }, workspace.directory, terminal),
    );
    expect(terminal.lines.join('\n')).toContain('Pulumi.test.yaml is valid; region eu-west-3');
  });

  test('an ESC environment adds configuration and credentials', async () => {
    await fakeAccount({ concurrency: [10, 3] });
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'])
      vi.stubEnv(name, '');
    const own = await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8');
    const { config } = parse(own) as { config: Record<string, object | string> };
    const workspace = await fakeWorkspace({
      stackFile: 'environment: { imports: [darkroom/dev, { shared: { merge: false } }] }',
      environment: {
        config: {
          'aws:region': { value: 'eu-west-3', secret: false },
          'darkroom:pipeline': { value: '{}', objectValue: config['darkroom:pipeline'] },
        },
        variables: { AWS_ACCESS_KEY_ID: 'open', AWS_SECRET_ACCESS_KEY: 'sesame' },
      },
    });
    const terminal = screen();
    const doing = deploy({ stack: 'acme/darkroom/test', yes: true }, workspace.directory, terminal);
    expect(await problems(doing)).toEqual([problem('QUOTA', /10 functions at once/)]);
    expect(terminal.lines.join('\n')).toContain('Pulumi.test.yaml is valid; region eu-west-3');
    expect(await workspace.calls()).toEqual(
      expect.arrayContaining([
        'pulumi env open acme/darkroom/dev environmentVariables --format json',
        'pulumi env open acme/shared environmentVariables --format json',
      ]),
    );
  });

  test('an ESC environment that does not open', async () => {
    const stackFile = 'environment: [darkroom/dev]';
    expect(await check({ stackFile, failing: 'config' })).toEqual([
      problem(
        'STACK_FILE',
        /ESC environment of Pulumi\.test\.yaml[^]*config does not work[^]*pulumi login/,
      ),
    ]);
    expect(await check({ stackFile, failing: 'whoami' })).toEqual([
      problem('PULUMI_LOGIN', /pulumi login/),
      problem('STACK_FILE', /checked when the CLI works/),
    ]);
  });

  test('quotas of a new account', async () => {
    expect(await check({}, { concurrency: [10, 3] })).toEqual([
      problem('QUOTA', /10 functions at once[^]*maximumConcurrency asks for 4[^]*servicequotas/),
    ]);
  });

  test('quotas that others have reserved', async () => {
    const own = parse(
      await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8'),
    ) as StackYaml;
    own.config['darkroom:pipeline'].function.reservedConcurrency = 20;
    const stackFile = stringify(own);
    expect(await check({ stackFile }, { concurrency: [1000, 110] })).toEqual([
      problem('QUOTA', /reservedConcurrency asks for 20, and 100 have to be left/),
    ]);
  });
});

describe('knows what the stack has deployed', () => {
  const withSettings = async (change: (settings: Record<string, unknown>) => void) => {
    const own = parse(await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8')) as {
      config: { 'darkroom:pipeline': Record<string, unknown> };
    };
    change(own.config['darkroom:pipeline']);
    return stringify(own);
  };
  const end = async (options: FakeWorkspaceOptions) => {
    await fakeAccount({ concurrency: [1000, 110] });
    const workspace = await fakeWorkspace(options);
    const terminal = screen('n');
    const found = await problems(
      deploy({ stack: STACK, yes: false }, workspace.directory, terminal),
    );
    return { found, said: terminal.lines.join('\n') };
  };

  test('a second deployment with the same reserved concurrency fits into the quota', async () => {
    const stackFile = await withSettings((settings) => {
      settings['function'] = { reservedConcurrency: 20 };
    });
    const ours = {
      urn: 'urn:pulumi:test::darkroom::aws:lambda/function:Function::photos-resizer',
      type: 'aws:lambda/function:Function',
      outputs: { reservedConcurrentExecutions: 20 },
    };
    const { found, said } = await end({ stackFile, state: [ours] });
    expect(found).toEqual([problem('NOT_CONFIRMED', /Nothing was changed/)]);
    expect(said).toContain('130 of them not reserved by others');
  });

  test('names the memory that a new account allows', async () => {
    const stackFile = await withSettings((settings) => {
      settings['function'] = { memory: 3538 };
    });
    const { said } = await end({ stackFile });
    expect(said).toContain('asks for 3538 MB, and a new account allows 3008');
  });

  test.each([
    ['the same order', [{ email: 'a@example.org' }, { email: 'b@example.org' }], 'NOT_CONFIRMED'],
    ['a removed one', [{ email: 'b@example.org' }], 'RECEIVERS'],
    ['one in front', [{ email: 'c@example.org' }, { email: 'a@example.org' }], 'RECEIVERS'],
    ['the last one removed', [{ email: 'a@example.org' }], 'NOT_CONFIRMED'],
    ['all removed', [], 'NOT_CONFIRMED'],
  ])('receivers that version 0.1 named by position: %s', async (_what, receivers, code) => {
    const subscribed = (position: number, endpoint: string) => ({
      urn: `urn:pulumi:test::darkroom::aws:sns/topicSubscription:TopicSubscription::photos-alarms-receiver-${position}`,
      type: 'aws:sns/topicSubscription:TopicSubscription',
      outputs: { endpoint },
    });
    const stackFile = await withSettings((settings) => {
      settings['alarms'] = { receivers };
    });
    const state = [subscribed(1, 'a@example.org'), subscribed(2, 'b@example.org')];
    expect((await end({ stackFile, state })).found.map((one) => one.code)).toEqual([code]);
  });
});

test.each(['y', 'Y', 'yes', ' YES '])('the answer "%s" agrees', async (answer) => {
  await confirm(STACK, '123456789012', screen(answer));
});

test.each(['ye', 'yesterday', 'oy', 'y n'])('the answer "%s" does not', async (answer) => {
  const failure = confirm(STACK, '123456789012', screen(answer));
  await expect(failure).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
});

describe('goes no further', () => {
  const end = async (answer: string | undefined, options: FakeWorkspaceOptions = {}) => {
    // A missing permission to read quotas does not stop the deployment.
    await fakeAccount({ concurrency: undefined });
    const workspace = await fakeWorkspace(options);
    const found = await problems(
      deploy({ stack: STACK, yes: false }, workspace.directory, screen(answer)),
    );
    expect((await workspace.calls()).join('\n')).not.toContain('pulumi up');
    return found;
  };

  test.each(['n', '', 'maybe'])('where the answer is "%s"', async (answer) => {
    expect(await end(answer)).toEqual([problem('NOT_CONFIRMED', /Nothing was changed/)]);
  });

  test('where nobody is there to ask', async () => {
    expect(await end(undefined)).toEqual([problem('NOT_CONFIRMED', /--yes/)]);
  });

  test('where the package cannot be built', async () => {
    const found = await end('y', { failing: 'nx' });
    expect(found).toEqual([
      problem('BUILD_FAILED', /could not be built: `npx nx package-arm64 resizer` says why/),
    ]);
  });

  test('where the preview fails', async () => {
    const found = await end('y', { failing: 'preview' });
    expect(found).toEqual([problem('PULUMI_FAILED', /`pulumi preview --stack test .*` failed/)]);
  });
});

test('a defect is not a problem of the person who deploys', async () => {
  await fakeAccount();
  const { directory } = await fakeWorkspace({ stackFile: 'environment: [darkroom/dev]' });
  const failure = deploy({ stack: STACK, yes: true }, directory, screen());
  await expect(failure).rejects.toThrow(SyntaxError);
});

describe('deploys', () => {
  const outputs = {
    ...{ sourceBucket: 'source', processedBucket: 'processed', queueUrl: 'https://queue' },
    ...{ deadLetterQueueUrl: 'https://letters', functionName: 'resizer' },
    ...{ dashboardUrl: 'https://dashboard', alarmTopicArn: 'arn:aws:sns:eu-west-3:1:alarms' },
  };
  const file = { width: 200, height: 150, bytes: 7, eTag: 'e', sha256: 's' };
  const thumb = { variant: 'thumb', key: 'x/thumb.webp', format: 'webp', ...file };
  const manifest = { outputs: [{ ...thumb, contentType: 'image/webp' }] };
  const isDone = { answered: 1, manifest, objects: { 'x/thumb.webp': 7 } };

  test('in order, says what it has found and made, and asks before it changes anything', async () => {
    const { signed } = await fakeAccount({
      subscriptions: [['PendingConfirmation', 'email', 'ops@example.org']],
    });
    await fakeS3(isDone);
    const workspace = await fakeWorkspace({ outputs });
    const terminal = screen(' Yes ');
    await deploy({ stack: STACK, yes: false }, workspace.directory, terminal);

    expect(await workspace.calls()).toEqual([
      'pulumi version',
      'pulumi whoami --non-interactive',
      'pulumi stack export --stack test',
      'nx package-arm64 resizer --outputStyle=static',
      'pulumi stack select --create test',
      expect.stringMatching(/^pulumi preview --stack test /),
      expect.stringMatching(/^pulumi up --stack test /),
      'pulumi stack output --stack test --json',
      'pulumi stack export --stack test',
    ]);
    expect(signed).toEqual(['sts', 'lambda', 'sns'].map((service) => `test us-east-1 ${service}`));
    expect(terminal.lines).toEqual([
      `✓ Node ${process.version}`,
      '✓ Pulumi v3.265.0, logged in as tester',
      '✓ Pulumi.test.yaml is valid; region us-east-1',
      '✓ 0 receivers of alarms',
      '✓ AWS account 123456789012, as arn:aws:iam::123456789012:user/tester',
      expect.stringMatching(/^✓ Lambda runs 1000 functions at once .*, 900 of them not reserved/),
      'Deploy the stack test to the account 123456789012? (y/N) ',
      'Smoke test: one upload through the pipeline…',
      expect.stringMatching(/^✓ uploads\/darkroom-smoke-test-\S+\.jpg, \d+\.\d s:$/),
      '  x/thumb.webp  200×150, 7 bytes',
      '  All of it is removed again.',
      expect.stringMatching(/^! ops@example\.org has not confirmed/),
      ...Object.entries(outputs).map(([name, value]) => `${name}: ${value}`),
    ]);
  });

  test('with the profile and the region of the stack file, and the function of its processor', async () => {
    const own = parse(await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8')) as {
      config: { 'darkroom:pipeline': Record<string, unknown> };
    };
    own.config['darkroom:pipeline']['function'] = { architecture: 'x86_64' };
    Object.assign(own.config, { 'aws:region': 'eu-west-3', 'aws:profile': 'team' });
    const { signed } = await fakeAccount();
    const s3 = await fakeS3(isDone);
    await teamProfile();
    const workspace = await fakeWorkspace({ outputs, stackFile: stringify(own) });
    await deploy({ stack: STACK, yes: true }, workspace.directory, screen());
    expect(await workspace.calls()).toContain('nx package-x86_64 resizer --outputStyle=static');
    expect(signed).toEqual(['sts', 'lambda', 'sns'].map((service) => `TEAM eu-west-3 ${service}`));
    expect(new Set(s3.signed)).toEqual(new Set(['TEAM eu-west-3 s3']));
  });
});
