/** The plugin of the component in programs of other languages, with the real Pulumi CLI. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InstalledPackages, installPacked } from '../testing/packed-package.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import {
  builtProgram,
  type CommandLine,
  commandLine,
  type Ended,
  findCli,
  succeeded,
} from './cli.ts';
import { type Cloud, startCloud } from './cloud.ts';

const cli = await findCli();
const hasHosts = ['pulumi-language-yaml', 'sdk-generator'] as const;
const runs = cli !== undefined && hasHosts.every((name) => existsSync(builtProgram(name)));
const title = `programs in other languages${runs ? '' : ' (Go has not built the CLI and its language hosts: SKIPPED)'}`;

const PACKAGE = path.join(CHECKOUT, 'apps/pulumi/dist/package');
/** The name in the README of the package: `pulumi package` takes an `@` in a path for a version. */
const ALIAS = 'darkroom-pulumi';
const PLUGIN = `./node_modules/${ALIAS}/plugin`;

const PROGRAMS = path.join(import.meta.dirname, 'programs');
const BUCKET = 'aws:s3/bucket:Bucket';

const YAML_PROGRAM = `name: gallery
runtime: yaml
packages:
  darkroom: ../node_modules/${ALIAS}/plugin
resources:
  photos:
    type: darkroom:ImagePipeline
    properties:
      recipes:
        - name: photos
          variants:
            - name: thumb
              steps: [rotate, { resize: { width: 64 } }, { encode: webp }]
      storage: { protect: false }
outputs:
  sourceBucket: \${photos.sourceBucket}
`;

describe.runIf(runs)(title, () => {
  let cloud: Cloud;
  let user: InstalledPackages;
  let commands: CommandLine;
  const at = (...parts: string[]) => path.join(user.folder, ...parts);
  beforeAll(async () => {
    cloud = await startCloud();
    user = await installPacked([PACKAGE], { peers: 'links', alias: ALIAS });
    commands = await commandLine(cli ?? '', user.folder, {
      ...cloud.environment,
      AWS_REGION: 'us-east-1',
      PATH: [path.dirname(builtProgram('pulumi')), process.env['PATH']].join(path.delimiter),
    });
    await writeFile(at('Pulumi.yaml'), 'name: gallery\nruntime: nodejs\nmain: index.ts\n');
  });
  afterAll(async () => {
    await user?.remove();
    await cloud?.stop();
  });

  const outputsOf = async (stack: string) => {
    const args = ['stack', 'output', '--json', '--stack', `organization/gallery/${stack}`];
    const { stdout } = await commands.pulumi(...args);
    return JSON.parse(stdout) as { sourceBucket: string };
  };

  test.each(['plugin', 'bin/pulumi-resource-darkroom'])(
    'pulumi package get-schema reads the committed schema from %s',
    async (file) => {
      const plugin = `./node_modules/${ALIAS}/${file}`;
      const { stdout, stderr } = await commands.pulumi('package', 'get-schema', plugin);
      const committed = JSON.parse(
        await readFile(path.join(CHECKOUT, 'apps/pulumi/schema.json'), 'utf8'),
      ) as { resources: object; types: object };
      expect(JSON.parse(stdout), stderr).toMatchObject({
        name: 'darkroom',
        resources: committed.resources,
        types: committed.types,
      });
    },
  );

  const generate = async (language: string) => {
    const options = ['--language', language, '--out', at('sdk')];
    const ended = await commands.pulumi('package', 'gen-sdk', PLUGIN, ...options);
    succeeded(`gen-sdk for ${language}`, ended);
  };

  test('pulumi package add generates an SDK that a TypeScript program can use', async () => {
    succeeded('pulumi package add', await commands.pulumi('package', 'add', PLUGIN));
    const manifest = await readFile(at('package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({
      dependencies: { '@darkroom/sdk': expect.stringMatching(/^file:.*sdks\/darkroom$/) },
    });
    expect(await readdir(at('sdks/darkroom'))).toContain('imagePipeline.ts');
    await writeFile(
      at('index.ts'),
      `import { ImagePipeline } from './sdks/darkroom';
new ImagePipeline('photos', { recipes: [], queue: { batchSize: 'many' } });
`,
    );
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const options = ['--strict', '--target', 'es2022', '--module', 'nodenext'];
    // The only problem: the SDK itself compiles.
    await expect(user.node([tsc, '--noEmit', ...options, 'index.ts'])).rejects.toMatchObject({
      stdout: expect.stringMatching(
        /^index\.ts\(2,\d+\): error TS2322: Type 'string' is not assignable to type 'number'.\n$/,
      ),
    });
  });

  describe('a program with a generated SDK creates the pipeline', () => {
    const python = builtProgram('python/bin/python3');
    const hasPython = existsSync(python);
    test.runIf(hasPython)(
      `in Python${hasPython ? '' : ' (SKIPPED: Python is missing)'}`,
      async () => {
        await generate('python');
        const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', at('python')];
        await succeedsIn('.', python, [...install, at('sdk/python')]);
        await cp(path.join(PROGRAMS, 'gallery.py'), at('python/gallery.py'));
        await writeFile(at('python/Pulumi.yaml'), project('python'));
        const update = await succeedsIn('python', python, ['gallery.py']);
        await expectGallery('python', update);
      },
    );

    test('in Go', async () => {
      await generate('go');
      await mkdir(at('sdk/go/gallery'));
      await cp(path.join(PROGRAMS, 'gallery.go'), at('sdk/go/gallery/main.go'));
      await writeFile(at('sdk/go/Pulumi.yaml'), project('go'));
      // The versions of the CLI, which are compiled already.
      const modules = await readFile(path.join(import.meta.dirname, 'go/go.mod'), 'utf8');
      const [ownModule = ''] =
        /^module .*/m.exec(await readFile(at('sdk/go/go.mod'), 'utf8')) ?? [];
      await writeFile(at('sdk/go/go.mod'), modules.replace(/^module .*/m, ownModule));
      await cp(path.join(import.meta.dirname, 'go/go.sum'), at('sdk/go/go.sum'));
      const build = ['build', '-mod=mod', '-o', 'program', './gallery'];
      await succeedsIn('sdk/go', 'go', build);
      await expectGallery('go', await succeedsIn('sdk/go', './program', []));
    });

    const project = (language: string) => `name: gallery
runtime: ${language}
packages:
  darkroom: ${at('node_modules', ALIAS, 'plugin')}
`;
    const succeedsIn = async (folder: string, program: string, args: readonly string[]) => {
      const inFolder = ['-c', 'cd "$0" && exec "$@"', at(folder)];
      const ended = await commands.run('bash', [...inFolder, program, ...args]);
      const { code, stdout, stderr } = ended;
      expect(code, [program, ...args, stdout, stderr].join('\n')).toBe(0);
      return ended;
    };
    const expectGallery = async (stack: string, update: Ended) => {
      expect(succeeded(`update of a program in ${stack}`, update)['created']).toBeGreaterThan(40);
      const outputs = await outputsOf(stack);
      expect(outputs).toMatchObject({ recipe: 'photos', alarms: expect.any(Number) });
      expect(cloud.resources.get(`${BUCKET} ${outputs.sourceBucket}`)?.name).toBe('photos-source');
    };
  });

  test('the documented transform changes the resources of the component', async () => {
    const page = await readFile(path.join(CHECKOUT, 'apps/infra/README.md'), 'utf8');
    const [, example = ''] = /## What has no setting[^]*?```ts\n([^]*?)```/.exec(page) ?? [];
    expect(example).toContain('transforms: [');
    await writeFile(
      at('index.ts'),
      `import { ImagePipeline } from '${ALIAS}';
import type * as pulumi from '@pulumi/pulumi';
const recipes = [{ name: 'photos', variants: [{ name: 'thumb', steps: ['rotate', { encode: 'webp' }] }] }];
${example}`,
    );
    succeeded('stack init', await commands.pulumi('stack', 'init', 'test'));
    const { stdout, stderr } = await commands.pulumi('preview', '--stack', 'test', '--json');
    const { steps } = JSON.parse(stdout) as {
      steps: { newState: { type: string; inputs: Record<string, unknown> } }[];
    };
    const roles = steps.filter(({ newState }) => newState.type === 'aws:iam/role:Role');
    expect(
      roles.map(({ newState }) => newState.inputs['path']),
      stderr,
    ).toEqual(['/service/']);
  });

  test('a YAML program creates the pipeline', async () => {
    await mkdir(at('yaml'));
    await writeFile(at('yaml/Pulumi.yaml'), YAML_PROGRAM);
    const inFolder = ['--cwd', at('yaml'), '--stack', 'yaml'];
    succeeded('stack init', await commands.pulumi('stack', 'init', ...inFolder));
    const update = await commands.pulumi('up', '--yes', '--skip-preview', ...inFolder);
    const counts = succeeded('update of a YAML program', update);
    expect(counts['created']).toBeGreaterThan(40);
    const { sourceBucket } = await outputsOf('yaml');
    expect(cloud.resources.get(`${BUCKET} ${sourceBucket}`)?.name).toBe('photos-source');
  });
});
