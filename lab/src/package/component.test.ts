import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { paintLandscape } from '@darkroom/local/painting';
import { toSqsRecord } from '@darkroom/local-lambda/testing';
import { handlers, lambdaSpecs } from '@darkroom/local-pulumi';
import {
  deployBy,
  runByLanguageHost,
  startCloud,
  type Cloud,
} from '@darkroom/local-pulumi/testing';
import { formatMessage } from '@darkroom/events';
import { manifestSchema } from '@darkroom/pipeline';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installPacked, type InstalledPackages } from '../testing/packed-package.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { schemaOfPlugin } from './plugin-client.ts';
import { UnpackedFunction } from './unpacked-function.ts';

const PACKAGE = path.join(CHECKOUT, 'apps/pulumi/dist/package');
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';
const KEY = 'uploads/photo.jpg';

const PROGRAM = `import { ImagePipeline } from '@darkroom/pulumi';
const steps = [{ vignette: { strength: 1 } }, { resize: { width: 60 } }, { encode: 'png' as const }];
const recipes = [{ name: 'photos', variants: [{ name: 'dark', steps }] }];
const settings = { recipes, transforms: ['./vignette.ts'], function: { architecture: '${ARCHITECTURE}' as const } };
export const { sourceBucket, processedBucket } = new ImagePipeline('photos', settings);
`;

const VIGNETTE = `import { defineTransform, z } from '@darkroom/pulumi/transforms';

declare module '@darkroom/pulumi' {
  interface OwnTransforms {
    vignette: { strength?: number };
  }
}

export const vignette = defineTransform({
  name: 'vignette',
  version: 1,
  kind: 'raw',
  options: z.strictObject({ strength: z.number().min(0).max(1).default(0.5) }),
  apply(pixels, { strength }) {
    const { data, width, height, channels } = pixels;
    for (let at = 0; at < data.length; at += channels) {
      const [x, y] = [(at / channels) % width, Math.floor(at / channels / width)];
      const distance = Math.hypot(x / width - 0.5, y / height - 0.5) / Math.SQRT1_2;
      for (let channel = at; channel < at + 3; channel++)
        data[channel] = Math.round((data[channel] ?? 0) * (1 - strength * distance));
    }
    return pixels;
  },
});
`;

const WRONG = `import type { ImagePipeline, ImagePipelineArgs } from '@darkroom/pulumi';
const variant = (steps: ImagePipelineArgs['recipes'][0]['variants'][0]['steps']) => steps;
variant([{ vignette: { strenght: 1 } }]);
export const recipesOf = ({ settings }: ImagePipeline) => settings.apply(({ recipe }) => recipe);
`;

let user: InstalledPackages;
const write = (file: string, text: string) => writeFile(path.join(user.folder, file), text);

beforeAll(async () => {
  user = await installPacked([PACKAGE], { peers: 'links' });
  await write('Pulumi.yaml', 'name: gallery\nruntime: nodejs\nmain: index.ts\n');
  await write('Pulumi.dev.yaml', 'config: { aws:region: us-east-1 }\n');
  await write('index.ts', PROGRAM);
  await write('vignette.ts', VIGNETTE);
  await write('wrong.ts', WRONG);
});
afterAll(() => user.remove());

describe('the npm package of the component', () => {
  test('contains the component, both packages of the function, and all notices', async () => {
    const [packed] = user.packed;
    expect(packed?.name).toBe('@darkroom/pulumi');
    const outside = packed?.files.filter((file) => !file.startsWith('function/'));
    expect(outside).toEqual([
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.txt',
      'bin/pulumi-resource-darkroom',
      'bin/pulumi-resource-darkroom.cmd',
      'index.d.ts',
      'index.js',
      'package.json',
      'plugin.js',
      'plugin/PulumiPlugin.yaml',
      'plugin/package.json',
      'schema.json',
      'transforms.d.ts',
      'transforms.js',
    ]);
    for (const architecture of ['arm64', 'x86_64'])
      for (const file of ['index.mjs', 'webhook.mjs', 'LICENSE', 'THIRD-PARTY-NOTICES.txt'])
        expect(packed?.files).toContain(`function/${architecture}/${file}`);
    const megabytes = (packed?.packedBytes ?? 0) / 1024 / 1024;
    console.log(`@darkroom/pulumi: ${megabytes.toFixed(1)} MiB packed`);
    // npm has no limit, but each installation downloads it.
    expect(megabytes).toBeLessThan(40);

    const notices = await readFile(path.join(PACKAGE, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const metafile = await readFile(path.join(PACKAGE, '../meta.json'), 'utf8');
    const { inputs } = JSON.parse(metafile) as { inputs: Record<string, unknown> };
    const bundled = Object.keys(inputs).flatMap(
      (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
    );
    expect(bundled).toContain('@img/colour');
    for (const name of new Set(bundled)) expect(notices).toContain(`\n${name} `);
  });

  test('names no folder of the machine that made it', async () => {
    for (const file of ['index.js', 'transforms.js', 'index.d.ts', 'transforms.d.ts'])
      expect(await readFile(path.join(PACKAGE, file), 'utf8')).not.toContain(CHECKOUT);
  });

  test.each([
    ['nodenext', 'nodenext'],
    ['commonjs', 'node10'],
  ])(
    'has types for a %s program, which reject a wrong option and a wrong output',
    async (module, resolution) => {
      const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
      const compiled = user.node([
        ...[tsc, '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'],
        ...['--module', module, '--moduleResolution', resolution],
        ...['index.ts', 'vignette.ts', 'wrong.ts'],
      ]);
      // The only problems of all three files.
      await expect(compiled).rejects.toMatchObject({
        stdout: expect.stringMatching(
          /^wrong\.ts\(3,\d+\): error TS2561: .*'strenght'.*\n(?: .*\n)*wrong\.ts\(4,\d+\): error TS2339: .*'recipe'.*\n$/,
        ),
      });
    },
  );

  test('works in a program that is an ES module', async () => {
    const { stdout } = await user.node([
      ...['--input-type=module', '--eval'],
      `import { ImagePipeline } from '@darkroom/pulumi'; console.log(ImagePipeline.name);`,
    ]);
    expect(stdout).toBe('ImagePipeline\n');
  });
});

describe('the plugin for programs in other languages', () => {
  /** The plugin talks to the engine only when it constructs a component. */
  const NO_ENGINE = '127.0.0.1:1';
  const installed = (file: string) => path.join(user.folder, 'node_modules/@darkroom/pulumi', file);
  const committed = async () => {
    const text = await readFile(path.join(CHECKOUT, 'apps/pulumi/schema.json'), 'utf8');
    return JSON.parse(text) as object;
  };

  test('is a program that answers with the committed schema (npm run docs)', async () => {
    const args = [installed('bin/pulumi-resource-darkroom'), NO_ENGINE];
    const schema = await schemaOfPlugin(process.execPath, args);
    expect(schema).toEqual({ ...(await committed()), version: user.packed[0]?.version });
  });

  test('is a folder that Pulumi’s host for Node.js runs', async () => {
    const host = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run-plugin');
    const args = [host, installed('plugin'), NO_ENGINE];
    expect(await schemaOfPlugin(process.execPath, args)).toMatchObject(await committed());
  });
});

describe.skipIf(process.platform !== 'linux')('a program in an empty folder', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud.stop());

  const deployUser = () =>
    deployBy(runByLanguageHost, {
      entry: path.join(user.folder, 'index.ts'),
      projectDir: user.folder,
      stack: 'dev',
      dataDir: cloud.dataDir,
      handlers,
      context: cloud.context,
    });

  test('creates a pipeline whose function processes a photo with the own transform', async () => {
    const { outputs, resources } = await deployUser();
    const [spec] = lambdaSpecs(resources, cloud.dataDir).functions;
    const { sourceBucket, processedBucket } = outputs as Record<string, string>;
    const photo = await paintLandscape(1).jpeg().toBuffer();
    await cloud.s3.send(new PutObjectCommand({ Bucket: sourceBucket, Key: KEY, Body: photo }));
    const unpacked = await UnpackedFunction.start({
      code: spec?.codeDirectory ?? '',
      node: { command: process.execPath, args: [] },
      endpoint: cloud.context.endpoint,
      environment: spec?.environment ?? {},
    });
    const read = async (key: string) => {
      const request = new GetObjectCommand({ Bucket: processedBucket, Key: key });
      const { Body } = await cloud.s3.send(request);
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    };
    try {
      const record = toSqsRecord(
        {
          MessageId: 'the-message',
          Body: formatMessage({ bucket: sourceBucket ?? '', key: KEY }),
          Attributes: { ApproximateReceiveCount: '1' },
        },
        'arn:aws:sqs:us-east-1:000000000000:uploads',
      );
      const outcome = await unpacked.invoke({ Records: [record] });
      expect(outcome, unpacked.printed).toEqual({ payload: '{"batchItemFailures":[]}' });
      const text = (await read(`${KEY}/manifest.json`)).toString();
      expect(manifestSchema.parse(JSON.parse(text)), unpacked.printed).toMatchObject({
        status: 'done',
        outputs: [{ variant: 'dark', width: 60 }],
      });
      // Strength 1 makes the corners black and keeps the middle.
      const { data, info } = await sharp(await read(`${KEY}/dark.png`))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const brightness = (x: number, y: number) => {
        const at = (y * info.width + x) * info.channels;
        return Math.max(...data.subarray(at, at + 3));
      };
      expect(brightness(0, 0)).toBeLessThan(25);
      expect(brightness(info.width / 2, info.height / 2)).toBeGreaterThan(50);
    } finally {
      await unpacked.stop();
    }
  });

  test('is refused at preview if a recipe gives the own transform a wrong option', async () => {
    await write('index.ts', PROGRAM.replace('strength: 1', 'strength: 2'));
    await expect(deployUser()).rejects.toMatchObject({ code: 'PROGRAM_FAILED' });
    await write('index.ts', PROGRAM);
    const { changes } = await deployUser();
    expect(changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
  });
});
