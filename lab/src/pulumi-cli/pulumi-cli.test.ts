/** The real Pulumi CLI and engine deploy the program of `Pulumi.yaml` to an AWS account on this machine. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import type { SettingsInput } from '@darkroom/pipeline';
import * as prettier from 'prettier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKOUT } from '../testing/workspace.ts';
import { countsOf, createProject, findCli, type Ended, type Project } from './cli.ts';
import { type Cloud, startCloud } from './cloud.ts';

const cli = await findCli();
const title = `the Pulumi CLI${cli === undefined ? ' (it is not installed, and Go cannot build it: SKIPPED)' : ''}`;

const POLICIES = ['--policy-pack', 'apps/policy'];
const UP = ['up', '--stack', 'test', '--yes', '--skip-preview', ...POLICIES] as const;
const PREVIEW = ['preview', '--stack', 'test', ...POLICIES] as const;
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

/** Prints what the engine counts, for the log of CI. */
function succeeded(what: string, ended: Ended): ReturnType<typeof countsOf> {
  const counts = countsOf(ended);
  if (ended.code !== 0) throw new Error(`${what} failed:\n${ended.stdout}\n${ended.stderr}`);
  console.log(`Pulumi's engine, ${what}: ${JSON.stringify(counts)}`);
  return counts;
}

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
      if (type !== 'aws:s3/bucket:Bucket') continue;
      const { Contents = [] } = await cloud.s3.send(new ListObjectsV2Command({ Bucket: id }));
      expect(Contents).toEqual([]);
    }
  });

  test('destroys everything', async () => {
    const destroy = await project.pulumi('destroy', '--stack', 'test', '--yes', '--skip-preview');
    expect(succeeded('destroy', destroy)['deleted']).toBeGreaterThan(40);
    expect([...cloud.resources.values()].map(({ type, name }) => `${type} ${name}`)).toEqual([]);
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
