/** docs/deploy.md, followed as a new user does: its commands, its files, and what it promises. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeployedResource } from '@darkroom/local-pulumi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picture } from '../testing/pictures.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { createProject, type Ended, findCli, type Project, succeeded } from './cli.ts';
import { type Cloud, startCloud } from './cloud.ts';

const cli = await findCli();
const title = `the deployment guide${cli === undefined ? ' (there is no Pulumi CLI: SKIPPED)' : ''}`;
const BUCKET = 'aws:s3/bucket:Bucket';

const guide = await readFile(path.join(CHECKOUT, 'docs/deploy.md'), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
/** The rig links node_modules. */
const NOT_RUN = ['npm ci'];

describe.runIf(cli !== undefined)(title, { timeout: 10 * 60_000 }, () => {
  let cloud: Cloud;
  let project: Project;
  let stackFile: string;
  const followed = new Set<string>(NOT_RUN);
  const at = (name: string) => path.join(project.directory, name);

  beforeAll(async () => {
    cloud = await startCloud();
    project = await createProject(cli ?? '', {
      ...cloud.environment,
      AWS_REGION: 'eu-central-1',
      PULUMI_BACKEND_URL: '',
    });
    stackFile = await readFile(at('Pulumi.dev.yaml'), 'utf8');
    await writeFile(at('cat.jpg'), await picture({ width: 800, height: 600 }));
    await configure();
  });
  afterAll(async () => {
    await project?.remove();
    await cloud?.stop();
  });

  /** The committed stack file, for a function on this machine, with changed texts. */
  const configure = (...changes: readonly [was: string, becomes: string][]) => {
    let text = stackFile.replace('config:\n', 'config:\n  darkroom:packageTarget: host\n');
    for (const [was, becomes] of changes) {
      expect(text).toContain(was);
      text = text.replace(was, becomes);
    }
    return writeFile(at('Pulumi.dev.yaml'), text);
  };
  /** Runs a command of the guide. A new user answers its questions with yes. */
  const follow = async (command: string, more = ''): Promise<Ended> => {
    expect(guide).toContain(command);
    followed.add(command);
    const line = `${command} ${more}`.replace('npx pulumi', cli ?? '');
    return project.run('bash', ['-c', line]);
  };
  const deploy = async (what: string) => {
    const ended = await follow('npm run deploy -- dev', '--yes');
    expect(ended.stdout + ended.stderr).toContain('✓ uploads/darkroom-smoke-test-');
    return succeeded(what, ended);
  };
  const darkroom = async (command: string) => {
    const { code, stdout, stderr } = await project.run('npm', [
      ...['--silent', 'run', 'darkroom', '--', ...command.split(' '), '--stack', 'dev', '--json'],
    ]);
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    return JSON.parse(stdout) as { kinds: Record<string, { objects: number }> };
  };
  const objects = async () =>
    Object.entries((await darkroom('compare')).kinds).flatMap(([kind, { objects: count }]) =>
      count > 0 ? `${kind}: ${count}` : [],
    );

  test('the first time: without a login one message, then a deployment, an upload, a status', async () => {
    const before = await project.run('npm', ['run', 'deploy', '--', 'dev', '--yes']);
    expect(before.code).toBe(1);
    expect(before.stderr.match(/✗/g)).toHaveLength(1);
    expect(before.stderr).toContain('Log in with `npx pulumi login`');

    succeeded('login', await follow('npx pulumi login', `file://${at('.pulumi-test/state')}`));
    await configure(['protect: false', 'protect: true']);
    expect((await deploy('first deployment'))['created']).toBeGreaterThan(40);
    const upload = await follow('npm run darkroom -- upload cat.jpg --stack dev');
    expect(upload).toMatchObject({ code: 0, stdout: expect.stringContaining('1 done') });
    const status = await follow('npm run darkroom -- status --stack dev');
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('0 waiting') });
    expect(await objects()).toEqual(['up-to-date: 1']);
  });

  test('drift: the stack and AWS are equal', async () => {
    const command = 'npx pulumi preview --refresh --expect-no-changes --stack dev';
    succeeded('preview --refresh', await follow(command));
  });

  test('a lost state: the import of the guide keeps the buckets and their objects', async () => {
    const lost = new Map(cloud.resources);
    const buckets = [...lost.values()].filter(({ type }) => type === BUCKET);
    await project.pulumi('stack', 'rm', 'dev', '--force', '--yes', '--preserve-config');
    succeeded('stack init', await follow('npx pulumi stack init dev'));
    const [file = ''] = blocks('json');
    const idOf = (name: string) => buckets.find((bucket) => bucket.name === name)?.id ?? '';
    await writeFile(
      at('kept.json'),
      file.replace(/(photos-\w+)-0a1b2c3/g, (_, name: string) => idOf(name)),
    );
    const command = 'npx pulumi import --stack dev --file kept.json --generate-code=false';
    expect(succeeded('import', await follow(command, '--yes'))).toMatchObject({ imported: 3 });
    await deploy('deployment after an import');
    expect([...cloud.resources.values()].filter(({ type }) => type === BUCKET)).toMatchObject(
      buckets.map(({ id }) => ({ id })),
    );
    // "Remove the other old resources by hand."
    const isOld = (one: DeployedResource) => lost.get(`${one.type} ${one.id}`) === one;
    for (const [key, one] of cloud.resources)
      if (isOld(one) && one.type !== BUCKET) cloud.resources.delete(key);
    expect(await objects()).toEqual(['up-to-date: 1']);
  });

  test('an upgrade with a changed recipe: apply regenerates the outputs', async () => {
    await configure(['protect: false', 'protect: true'], ['width: 200', 'width: 210']);
    expect(await deploy('changed recipe')).not.toHaveProperty('created');
    const compare = await follow('npm run darkroom -- compare --stack dev');
    expect(compare).toMatchObject({ code: 0, stdout: expect.stringContaining('out of date') });
    expect(await objects()).toEqual(['recipe-changed: 1']);
    const apply = 'apply --stack dev --kind recipe-changed,transform-changed --rate 20';
    expect(await follow(`npm run darkroom -- ${apply}`)).toMatchObject({ code: 0 });
    await darkroom('watch --until-idle');
    await expect.poll(objects, { timeout: 60_000, interval: 2_000 }).toEqual(['up-to-date: 1']);
  });

  test('a protected stack is not destroyed, before anything is deleted', async () => {
    const before = cloud.resources.size;
    const refused = await follow('npx pulumi destroy --stack dev', '--yes');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('cannot be deleted\n');
    expect(cloud.resources.size).toBe(before);
  });

  test('a rollback: outputs of the newer recipe count as out of date', async () => {
    await configure();
    await deploy('rollback, without protection');
    expect(await objects()).toEqual(['recipe-changed: 1']);
  });

  test('a stack without protection is destroyed, objects included', async () => {
    const ended = await follow('npx pulumi destroy --stack dev', '--yes');
    expect(succeeded('destroy', ended)['deleted']).toBeGreaterThan(40);
    expect([...cloud.resources.values()].map(({ type, name }) => `${type} ${name}`)).toEqual([]);
    succeeded('stack rm', await follow('npx pulumi stack rm dev', '--yes --preserve-config'));
  });

  test('each command in the blocks of the guide was run', () => {
    const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(commands.length).toBeGreaterThan(6);
    expect(commands.filter((command) => !followed.has(command))).toEqual([]);
  });
});
