/** The real Pulumi CLI and engine deploy the program of `Pulumi.yaml` to an AWS account on this machine. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import type { DeployedResource } from '@darkroom/local-pulumi';
import type { SettingsInput } from '@darkroom/pipeline';
import * as prettier from 'prettier';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHECKOUT } from '../testing/workspace.ts';
import { createProject, type Ended, findCli, type Project, succeeded } from './cli.ts';
import { type Cloud, startCloud } from './cloud.ts';

const cli = await findCli();
const title = `the Pulumi CLI${cli === undefined ? ' (it is not installed, and Go cannot build it: SKIPPED)' : ''}`;

const POLICIES = ['--policy-pack', 'apps/policy'];
const UP = ['up', '--stack', 'test', '--yes', '--skip-preview', ...POLICIES] as const;
const PREVIEW = ['preview', '--stack', 'test', ...POLICIES] as const;
const BUCKET = 'aws:s3/bucket:Bucket';
const ROLE = 'aws:iam/role:Role';
const FUNCTION = 'aws:lambda/function:Function';
const TRIGGER = 'aws:lambda/eventSourceMapping:EventSourceMapping';
const SUBSCRIPTION = 'aws:sns/topicSubscription:TopicSubscription';
const MINUTES = 60_000;

const small: SettingsInput = {
  recipes: [
    {
      name: 'photos',
      match: { prefix: 'uploads/' },
      variants: [
        { name: 'thumb', steps: [{ resize: { width: 64 } }, { encode: { format: 'webp' } }] },
      ],
    },
  ],
  function: { memory: 1769, timeout: 30 },
  queue: { batchSize: 2, maximumConcurrency: 2 },
  storage: { protect: false },
};

describe.runIf(cli !== undefined)(title, { timeout: 10 * MINUTES }, () => {
  let cloud: Cloud;
  let project: Project;
  beforeAll(async () => {
    cloud = await startCloud();
    project = await createProject(cli ?? '', cloud.environment);
    await project.configure(small);
    succeeded('stack init', await project.pulumi('stack', 'init', 'test'));
  }, 10 * MINUTES);
  afterAll(async () => {
    await project?.remove();
    await cloud?.stop();
  });

  const settings = (more: Partial<SettingsInput>) => project.configure({ ...small, ...more });
  const subscribed = () =>
    [...cloud.resources.values()]
      .filter(({ type }) => type === SUBSCRIPTION)
      .map(({ inputs }) => inputs['endpoint'])
      .sort();

  test('a stack file that Pulumi rewrites does not fail the format check', async () => {
    const rewritten = await readFile(path.join(project.directory, 'Pulumi.test.yaml'), 'utf8');
    expect(rewritten).toContain('encryptionsalt:');
    const file = path.join(CHECKOUT, 'Pulumi.test.yaml');
    const ignorePath = path.join(CHECKOUT, '.prettierignore');
    expect(await prettier.getFileInfo(file, { ignorePath })).toMatchObject({ ignored: true });
  });

  test('previews, deploys under the rules, and then sees no changes', async () => {
    const preview = succeeded('first preview', await project.pulumi(...PREVIEW));
    expect(preview['to create']).toBeGreaterThan(40);
    const up = succeeded('first update', await project.pulumi(...UP));
    expect(up['created']).toBe(preview['to create']);
    const again = await project.pulumi(...PREVIEW, '--expect-no-changes');
    expect(succeeded('second preview', again)['unchanged']).toBe(up['created']);
  });

  describe('changed receivers keep the subscriptions of the others', () => {
    const receivers = (...names: string[]) =>
      names.map((name) => ({ email: `${name}@example.org` }));
    const change = async (what: string, ...names: string[]) => {
      await settings({ alarms: { receivers: receivers(...names) } });
      const counts = succeeded(`receivers ${what}`, await project.pulumi(...UP));
      expect(subscribed()).toEqual(names.map((name) => `${name}@example.org`).sort());
      return counts;
    };

    test('two, a swap, one in front, one removed, all removed', async () => {
      await change('a, b', 'a', 'b');
      expect(await change('b, a', 'b', 'a')).not.toHaveProperty('created');
      expect(await change('c, b, a', 'c', 'b', 'a')).toMatchObject({ created: 1 });
      expect(await change('b, a', 'b', 'a')).toMatchObject({ deleted: 1 });
      expect(await change('a', 'a')).toMatchObject({ deleted: 1 });
      expect(await change('none')).toMatchObject({ deleted: 1 });
    });

    test('a state of version 0.1, with names by position', async () => {
      await change('a, b', 'a', 'b');
      const { stdout } = await project.pulumi('stack', 'export', '--stack', 'test');
      const renamed = renameByPosition(stdout, ['a@example.org', 'b@example.org']);
      const file = path.join(project.directory, 'renamed.json');
      await writeFile(file, renamed);
      succeeded(
        'import of a renamed state',
        await project.pulumi('stack', 'import', '--stack', 'test', '--file', file, '--force'),
      );
      const counts = await change('a, b after version 0.1', 'a', 'b');
      expect(counts).not.toHaveProperty('created');
      expect(counts).not.toHaveProperty('deleted');
      await change('none');
    });
  });

  test('an existing bucket is looked up, and a preview warns if it has no versions', async () => {
    const Bucket = 'holiday-photos';
    await cloud.s3.send(new CreateBucketCommand({ Bucket }));
    await settings({ source: { bucket: Bucket, notifications: 'add' } });
    const warning = `${Bucket} is not versioned (Disabled)`;
    const without = await project.pulumi(...PREVIEW);
    succeeded('preview with an existing bucket', without);
    expect(without.stdout).toContain(warning);
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await cloud.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const versioned = await project.pulumi(...PREVIEW);
    succeeded('preview with a versioned bucket', versioned);
    expect(versioned.stdout).not.toContain('is not versioned');
    await cloud.s3.send(new DeleteBucketCommand({ Bucket }));
    await settings({});
  });

  test.each([
    [
      'eventbridge',
      /^source\.bucket: holiday-photos does not send its events to EventBridge\. .+$/,
    ],
    ['add', /^source\.bucket: its notification .+ covers .+, and S3 allows one for a key\. .+$/],
  ] as const)(
    'a preview with notifications %s refuses in one sentence',
    async (notifications, sentence) => {
      const Bucket = 'holiday-photos';
      await cloud.s3.send(new CreateBucketCommand({ Bucket }));
      await cloud.s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket,
          SkipDestinationValidation: true,
          NotificationConfiguration: {
            QueueConfigurations: [
              {
                QueueArn: 'arn:aws:sqs:us-east-1:000000000000:theirs',
                Events: ['s3:ObjectCreated:*'],
              },
            ],
          },
        }),
      );
      await settings({ source: { bucket: Bucket, notifications } });
      const { code, stdout } = await project.pulumi(...PREVIEW);
      expect(code).not.toBe(0);
      const [, diagnostics = ''] = stdout.split('\nDiagnostics:\n');
      const errors = [...diagnostics.matchAll(/^ *error: (.*)$/gm)].map(([, error]) => error);
      expect(errors.filter((error) => error !== 'preview failed')).toEqual([
        expect.stringMatching(sentence),
      ]);
      await cloud.s3.send(new DeleteBucketCommand({ Bucket }));
      await settings({});
    },
  );

  test('a wrong stack file is one message, and changes nothing', async () => {
    const before = cloud.resources.size;
    await project.configure({ ...small, queue: { batchSize: 0 } });
    const { code, stdout } = await project.pulumi(...UP);
    expect(code).not.toBe(0);
    // Without a terminal the CLI prints an error when it occurs, and again here.
    const [, diagnostics = ''] = stdout.split('\nDiagnostics:\n');
    expect(diagnostics.match(/darkroom:pipeline is not valid/g)).toHaveLength(1);
    expect(diagnostics).toMatch(/queue\.batchSize/);
    expect(cloud.resources.size).toBe(before);
  });

  describe('npm run deploy stops before it changes anything, with one message', () => {
    afterEach(async () => {
      cloud.credentialsError = undefined;
      cloud.concurrency = 1000;
      await settings({});
    });
    const file = () => path.join(project.directory, 'Pulumi.test.yaml');
    test.each<[what: string, message: RegExp, cause: () => unknown, environment?: string[]]>([
      ['no stack file', /Pulumi\.test\.yaml is missing: copy/, () => rm(file())],
      ['no YAML', /not valid YAML/, () => writeFile(file(), 'config: {')],
      ['a wrong setting', /queue\.batchSize/, () => settings({ queue: { batchSize: 0 } })],
      [
        'no credentials',
        /Could not load credentials[^]*aws sso login/,
        () => undefined,
        ['AWS_ACCESS_KEY_ID=', 'AWS_SECRET_ACCESS_KEY=', 'AWS_EC2_METADATA_DISABLED=true'],
      ],
      [
        'an expired session',
        /token .* is expired[^]*aws sso login/,
        () => (cloud.credentialsError = 'ExpiredToken'),
      ],
      ['a quota', /maximumConcurrency asks for 2[^]*higher quota/, () => (cloud.concurrency = 1)],
      [
        'no passphrase',
        /set PULUMI_CONFIG_PASSPHRASE/,
        () => undefined,
        ['-u', 'PULUMI_CONFIG_PASSPHRASE'],
      ],
      [
        'a missing existing bucket',
        /bucket of `source\.bucket`: it must exist/,
        () => settings({ source: { bucket: 'no-such-bucket' } }),
      ],
    ])('%s', async (_what, message, cause, environment = []) => {
      const before = [...cloud.resources.keys()];
      await cause();
      const deploy = ['npm', 'run', '--silent', 'deploy', '--', 'test', '--yes'];
      const { code, stderr } = await project.run('env', [...environment, ...deploy]);
      expect(code).toBe(1);
      // Its own message is the last one.
      const [, ...messages] = stderr.split('✗ ');
      expect(messages, stderr).toHaveLength(1);
      expect(messages[0]).toMatch(message);
      expect([...cloud.resources.keys()]).toEqual(before);
    });
  });

  test('more memory than a new account allows fails the update, and the repeated one succeeds', async () => {
    await settings({ function: { memory: 3538, timeout: 30 } });
    const failed = await project.pulumi(...UP);
    expect(failed.code).not.toBe(0);
    expect(failed.stdout).toContain('less than or equal to 3008');
    await settings({ function: { memory: 3008, timeout: 30 } });
    const counts = succeeded('repeated update', await project.pulumi(...UP));
    expect(counts).toHaveProperty('updated');
    expect(counts).not.toHaveProperty('created');
  });

  test('a refresh finds drift, and an update repairs it', async () => {
    await settings({ alarms: { receivers: [{ email: 'a@example.org' }] } });
    succeeded('one receiver', await project.pulumi(...UP));
    for (const [key, { type }] of cloud.resources)
      if (type === SUBSCRIPTION) cloud.resources.delete(key);
    const drift = await project.pulumi(...PREVIEW, '--refresh', '--expect-no-changes');
    expect(drift.code).not.toBe(0);
    expect(drift.stdout).toMatch(/\+ 1 to create/);
    const refresh = await project.pulumi('refresh', '--stack', 'test', '--yes', '--skip-preview');
    expect(succeeded('refresh', refresh)).toMatchObject({ deleted: 1 });
    expect(succeeded('update after drift', await project.pulumi(...UP))).toMatchObject({
      created: 1,
    });
    expect(subscribed()).toEqual(['a@example.org']);
    await settings({});
    succeeded('no receiver', await project.pulumi(...UP));
  });

  test('npm run deploy ends with a picture, also with reserved concurrency and a second time', async () => {
    cloud.concurrency = 110;
    await settings({ function: { memory: 1769, timeout: 30, reservedConcurrency: 10 } });
    for (const time of ['first', 'second']) {
      const ended = await project.deploy();
      succeeded(`${time} npm run deploy`, ended);
      expect(ended.stdout).toMatch(/✓ uploads\/darkroom-smoke-test-\S+\.jpg, \d+\.\d s:/);
      expect(ended.stdout).toMatch(/thumb\.webp {2}64×48, \d+ bytes/);
    }
    for (const { type, id } of cloud.resources.values()) {
      if (type !== BUCKET) continue;
      // A second sample of the smoke test may still be processed while the command removes the first one.
      await vi.waitFor(
        async () => {
          const { Contents = [] } = await cloud.s3.send(new ListObjectsV2Command({ Bucket: id }));
          expect(Contents).toEqual([]);
        },
        { timeout: 2 * MINUTES },
      );
    }
  });

  test('after a lost state, imported buckets stay', async () => {
    const before = new Map(cloud.resources);
    const bucketsOf = (resources: Iterable<DeployedResource>) =>
      [...resources].filter(({ type }) => type === BUCKET).map(({ name, id }) => ({ name, id }));
    const buckets = bucketsOf(before.values());
    await project.pulumi('stack', 'rm', 'test', '--force', '--yes', '--preserve-config');
    succeeded('stack init', await project.pulumi('stack', 'init', 'test'));
    const parent = { type: 'darkroom:index:ImagePipeline', name: 'photos', component: true };
    const children = buckets.map((bucket) => ({ ...bucket, type: BUCKET, parent: 'photos' }));
    const file = path.join(project.directory, 'kept.json');
    await writeFile(file, JSON.stringify({ resources: [parent, ...children] }));
    const options = ['--yes', '--skip-preview', '--protect=false', '--generate-code=false'];
    const imported = await project.pulumi('import', '--stack', 'test', '--file', file, ...options);
    expect(succeeded('import of kept buckets', imported)).toMatchObject({ imported: 3 });
    const up = succeeded('update after an import', await project.pulumi(...UP));
    expect(up['created']).toBeGreaterThan(40);
    expect(up).not.toHaveProperty('replaced');
    expect(bucketsOf(cloud.resources.values())).toEqual(buckets);
    // The resources that the lost state listed.
    for (const [key, { type }] of before) if (type !== BUCKET) cloud.resources.delete(key);
  });

  test('after a lost state, the imported KMS key encrypts as before', async () => {
    const STACK = 'encrypted';
    const KEY = 'aws:kms/key:Key';
    await project.configure({ ...small, encryption: { kms: true } }, STACK);
    const stack = ['--stack', STACK, '--yes'];
    const up = async (what: string) =>
      succeeded(what, await project.pulumi('up', '--skip-preview', ...stack, ...POLICIES));
    succeeded('stack init', await project.pulumi('stack', 'init', STACK));
    const others = new Set(cloud.resources.keys());
    await up('update with a KMS key');
    const lost = [...cloud.resources].filter(([key]) => !others.has(key));
    const isKept = ({ type }: DeployedResource) => [BUCKET, KEY].includes(type);
    const kept = lost.map(([, one]) => one).filter(isKept);

    await project.pulumi('stack', 'rm', '--force', '--preserve-config', ...stack);
    succeeded('stack init', await project.pulumi('stack', 'init', STACK));
    const parent = { type: 'darkroom:index:ImagePipeline', name: 'photos', component: true };
    const children = kept.map(({ type, name, id }) => ({ type, name, id, parent: 'photos' }));
    const file = path.join(project.directory, 'kept.json');
    await writeFile(file, JSON.stringify({ resources: [parent, ...children] }));
    const imported = await project.pulumi(
      'import',
      '--file',
      file,
      '--generate-code=false',
      ...stack,
    );
    expect(succeeded('import of buckets and key', imported)).toMatchObject({ imported: 4 });
    // The old resources, which the guide removes by hand.
    for (const [name, one] of lost) if (!isKept(one)) cloud.resources.delete(name);
    expect(await up('update after an import')).not.toHaveProperty('replaced');
    const now = [...cloud.resources].filter(([key]) => !others.has(key));
    const idsOf = (resources: readonly DeployedResource[]) => resources.map(({ id }) => id).sort();
    expect(idsOf(now.map(([, one]) => one).filter(isKept))).toEqual(idsOf(kept));
    const key = kept.find(({ type }) => type === KEY)?.id;
    const functions = now.filter(([, { type }]) => type === FUNCTION);
    expect(functions).toMatchObject([
      [expect.any(String), { inputs: { kmsKeyArn: expect.stringContaining(`:key/${key}`) } }],
    ]);
    succeeded('destroy', await project.pulumi('destroy', '--skip-preview', ...stack));
  });

  test('destroys everything', async () => {
    const destroy = await project.pulumi('destroy', '--stack', 'test', '--yes', '--skip-preview');
    expect(succeeded('destroy', destroy)['deleted']).toBeGreaterThan(40);
    expect([...cloud.resources.values()].map(({ type, name }) => `${type} ${name}`)).toEqual([]);
  });

  test('a key of KMS instead of a passphrase keeps the secrets of a stack', async () => {
    const key = ['--secrets-provider', 'awskms://alias/pulumi?region=us-east-1'];
    succeeded('stack init with KMS', await project.pulumi('stack', 'init', 'kms', ...key));
    const config = (...args: string[]) => project.pulumi('config', ...args, '--stack', 'kms');
    await config('set', '--secret', 'darkroom:token', 'abc');
    const file = await readFile(path.join(project.directory, 'Pulumi.kms.yaml'), 'utf8');
    expect(file).toMatch(/^secretsprovider: awskms:[^]*^encryptedkey: [^]*secure: /m);
    const { stdout } = await config('get', 'darkroom:token');
    expect(stdout).toBe('abc\n');
    const change = ['stack', 'change-secrets-provider', 'passphrase', '--stack', 'kms'];
    succeeded('change-secrets-provider', await project.pulumi(...change));
    expect((await config('get', 'darkroom:token')).stdout).toBe('abc\n');
  });

  describe('an update that fails names the remedy, and the next one continues', () => {
    const STACK = 'broken';
    beforeAll(async () => {
      await project.configure(small, STACK);
      succeeded('stack init', await project.pulumi('stack', 'init', STACK));
    });
    afterEach(() => {
      cloud.hook = () => undefined;
    });
    const start = () =>
      project.start('node', [path.join(import.meta.dirname, 'update.mjs'), STACK]);
    const failure = ({ stdout, stderr }: Ended) => {
      const line = stdout.split('\n').find((text) => text.startsWith('{"code":'));
      if (line === undefined) throw new Error(`No error:\n${stdout}\n${stderr}`);
      const { code, message } = JSON.parse(line) as { code: string; message: string };
      console.log(`${code}: ${message}`);
      expect(message).toContain(`Then run \`npm run deploy -- ${STACK}\` again`);
      return code;
    };
    /** Waits in the creation of a resource of the type, until `release`. */
    const pause = (type: string) => {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      cloud.hook = (operation, one) => {
        if (operation !== 'create' || one !== type) return undefined;
        reached.resolve();
        return released.promise;
      };
      return { reached: reached.promise, release: () => released.resolve() };
    };

    // Texts of AWS, as its SDK for Go formats them for the provider. Buckets do not depend on the role: they fail with
    // it, or the first update may have created them already.
    test.each([
      [
        'PERMISSION',
        [ROLE, BUCKET],
        'creating IAM Role (photos-role-0a1b2c3): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: arn:aws:iam::000000000000:user/tester is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::000000000000:role/photos-role-0a1b2c3 because no identity-based policy allows the iam:CreateRole action',
      ],
      [
        'NAME_TAKEN',
        [BUCKET],
        'creating S3 Bucket (photos-source-0a1b2c3): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 1, HostID: 2, BucketAlreadyExists: ',
      ],
      [
        'QUOTA',
        [FUNCTION],
        'creating Lambda Function (photos-resizer-0a1b2c3): operation error Lambda: CreateFunction, https response error StatusCode: 400, RequestID: 1, CodeStorageExceededException: Code storage limit exceeded.',
      ],
      [
        'CREDENTIALS',
        [FUNCTION],
        'creating Lambda Function (photos-resizer-0a1b2c3): operation error Lambda: CreateFunction, https response error StatusCode: 403, RequestID: 1, api error ExpiredTokenException: The security token included in the request is expired',
      ],
    ])('%s, while it creates %j', async (code, failing, message) => {
      cloud.hook = (operation, type) => {
        if (operation === 'create' && failing.includes(type)) throw new Error(message);
      };
      expect(failure(await start().ended)).toBe(code);
    });

    test('Ctrl-C', async () => {
      const paused = pause(FUNCTION);
      const update = start();
      await paused.reached;
      update.signal('SIGINT');
      paused.release();
      expect(failure(await update.ended)).toBe('INTERRUPTED');
    });

    test('Ctrl-C twice ends a call in the middle: the next update lists what AWS may have created', async () => {
      const paused = pause(TRIGGER);
      const update = start();
      await paused.reached;
      const ended = update.ended.then(() => true);
      while (!(await Promise.race([ended, setTimeout(500, false)]))) update.signal('SIGINT');
      const interrupted = await update.ended;
      expect(failure(interrupted)).toBe('INTERRUPTED');
      expect(interrupted.stdout).toContain('AWS may have created a resource');
      paused.release();
      const triggers = () =>
        [...cloud.resources].flatMap(([key, { type }]) => (type === TRIGGER ? key : []));
      await expect.poll(triggers).toHaveLength(1);
      const [orphan = ''] = triggers();

      const { code, stdout } = await start().ended;
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/1 pending operations[^]*photos-\w+, interrupted while creating/);
      expect(triggers()).toHaveLength(2);
      cloud.resources.delete(orphan);
    });

    test('a killed command line leaves a lock', async () => {
      await project.configure(
        { ...small, alarms: { receivers: [{ email: 'a@example.org' }] } },
        STACK,
      );
      const paused = pause(SUBSCRIPTION);
      const update = start();
      await paused.reached;
      update.signal('SIGKILL');
      await update.ended;
      paused.release();
      expect(failure(await start().ended)).toBe('LOCKED');
      succeeded('cancel', await project.pulumi('cancel', '--yes', '--stack', STACK));
    });

    test('npm run deploy completes it', async () => {
      const ended = await project.deploy(STACK);
      succeeded('npm run deploy after failures', ended);
      expect(ended.stdout).toMatch(/✓ uploads\/darkroom-smoke-test-\S+\.jpg/);
      expect(subscribed()).toEqual(['a@example.org']);
      const names = [...cloud.resources.values()].map(({ type, name }) => `${type} ${name}`);
      expect(new Set(names).size).toBe(names.length);
    });
  });
});

/** Gives the subscriptions of a state the names that version 0.1 gave them. */
function renameByPosition(state: string, endpoints: readonly string[]): string {
  const { deployment } = JSON.parse(state) as {
    deployment: { resources: { urn: string; type: string; inputs?: { endpoint?: string } }[] };
  };
  let text = state;
  for (const { urn, type, inputs } of deployment.resources) {
    if (type !== SUBSCRIPTION) continue;
    const position = endpoints.indexOf(inputs?.endpoint ?? '') + 1;
    text = text.replaceAll(urn, urn.replace(/-receiver-\w+$/, `-receiver-${position}`));
  }
  return text;
}
