/** The plugin of the component in programs of other languages, with the real Pulumi CLI. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InstalledPackages, installPacked } from '../testing/packed-package.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { builtProgram, type CommandLine, commandLine, findCli, succeeded } from './cli.ts';
import { type Cloud, startCloud } from './cloud.ts';

const cli = await findCli();
const hasHosts = ['pulumi-language-yaml', 'nodejs-sdk'] as const;
const runs = cli !== undefined && hasHosts.every((name) => existsSync(builtProgram(name)));
const title = `programs in other languages${runs ? '' : ' (Go has not built the CLI and its language hosts: SKIPPED)'}`;

const PACKAGE = path.join(CHECKOUT, 'apps/pulumi/dist/package');
/** The name in the README of the package: `pulumi package` takes an `@` in a path for a version. */
const ALIAS = 'darkroom-pulumi';
const PLUGIN = `./node_modules/${ALIAS}/plugin`;

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
    const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
    // The only problem: the SDK itself compiles.
    await expect(user.node([tsc, '--noEmit', ...options, 'index.ts'])).rejects.toMatchObject({
      stdout: expect.stringMatching(
        /^index\.ts\(2,\d+\): error TS2322: Type 'string' is not assignable to type 'number'.\n$/,
      ),
    });
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
    const { stdout } = await commands.pulumi('stack', 'output', '--json', ...inFolder);
    const { sourceBucket } = JSON.parse(stdout) as { sourceBucket: string };
    expect(cloud.resources.get(`aws:s3/bucket:Bucket ${sourceBucket}`)?.name).toBe('photos-source');
  });
});
