/** The npm package of the command line, installed in an empty folder and used there as its README says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from '../testing/client.ts';
import { installPacked, type InstalledPackages } from '../testing/packed-package.ts';
import { picture } from '../testing/pictures.ts';
import { CHECKOUT } from '../testing/workspace.ts';

const PACKAGE = path.join(CHECKOUT, 'apps/cli/dist/package');
const BIN = 'node_modules/.bin/darkroom';

let user: InstalledPackages;
/** npm's variables describe the checkout. Variables of Darkroom and of AWS would name another stack. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:INIT_CWD|npm_|AWS_|DARKROOM_)/.test(name)),
);
const darkroom = (...args: string[]) => user.node([BIN, ...args]);
const json = async (...args: string[]) =>
  JSON.parse((await darkroom(...args, '--json')).stdout) as Record<string, unknown>;

beforeAll(async () => {
  for (const name of Object.keys(process.env))
    if (!(name in environment)) vi.stubEnv(name, undefined);
  user = await installPacked([PACKAGE]);
  await writeFile(path.join(user.folder, 'photo.jpg'), await picture());
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await user.remove();
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Of a metafile of esbuild. */
interface Bundled {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly Import[];
}
interface Import {
  readonly path: string;
  readonly kind: string;
  readonly external?: boolean;
}
const isStatic = ({ kind }: Import) => kind !== 'dynamic-import';

describe('the npm package of the command line', () => {
  test('contains the bundle, the console, the function and all notices', async () => {
    const [packed] = user.packed;
    expect(packed?.name).toBe('@darkroom/cli');
    const files = packed?.files.filter(
      (file) => !/^(?:function\/|[\w.-]+-[A-Z\d]{8}\.mjs$)/.test(file),
    );
    expect(files).toEqual([
      'LICENSE',
      'Pulumi.local.yaml',
      'README.md',
      'THIRD-PARTY-NOTICES.txt',
      'bootstrap.mjs',
      ...(await filesBelow(path.join(CHECKOUT, 'apps/console/dist')))
        .filter((file) => file !== 'meta.json' && !file.endsWith('.map'))
        .map((file) => `console/${file}`)
        .sort(),
      'docs/cli.md',
      'local.mjs',
      'main.mjs',
      'package.json',
      'program-worker.mjs',
      'program.mjs',
      'pulumi-sdk.mjs',
      'render-photo.mjs',
      'supervised-bootstrap.mjs',
    ]);
    const megabytes = (packed?.packedBytes ?? 0) / 1024 / 1024;
    console.log(`@darkroom/cli: ${megabytes.toFixed(1)} MiB packed`);
    // PDFium, libheif and the codecs of DICOM are in it twice: in the function's package and for `darkroom render`.
    expect(megabytes).toBeLessThan(12);
    const notices = await readFile(path.join(PACKAGE, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const { inputs } = JSON.parse(await readFile(path.join(PACKAGE, '../meta.json'), 'utf8')) as {
      inputs: Record<string, unknown>;
    };
    for (const name of ['react', '@base-ui/react', 'uplot'])
      expect(notices).toContain(`\n${name} `);
    for (const name of ['@pulumi/aws', 'commander', 'fauxqs', 'zod']) {
      expect(Object.keys(inputs)).toContainEqual(expect.stringContaining(`node_modules/${name}/`));
      expect(notices).toContain(`\n${name} `);
    }
  });

  test('starts without the libraries of single commands, which take memory', async () => {
    const { outputs } = JSON.parse(await readFile(path.join(PACKAGE, '../meta.json'), 'utf8')) as {
      outputs: Record<string, Bundled>;
    };
    const started = new Set<string>();
    const start = (file: string) => {
      if (started.has(file)) return;
      started.add(file);
      for (const { path: imported, kind, external } of outputs[file]?.imports ?? [])
        if (kind !== 'dynamic-import' && external !== true) start(imported);
    };
    start('apps/cli/dist/package/main.mjs');
    const loaded = [...started].flatMap((file) => [
      ...Object.keys(outputs[file]?.inputs ?? {}),
      ...(outputs[file]?.imports ?? []).filter(isStatic).map(({ path: imported }) => imported),
    ]);
    const names = [
      ...['@aws-sdk/client-cloudfront', '@aws-sdk/client-cloudwatch', '@aws-sdk/lib-storage'],
      ...['@observablehq/plot', '@pulumi/pulumi', 'fastify', 'react', 'sharp', 'tinypool'],
    ];
    expect(loaded).toContainEqual(expect.stringContaining('node_modules/@aws-sdk/client-s3/'));
    for (const name of names)
      expect(loaded.filter((input) => `${input}/`.includes(`${name}/`))).toEqual([]);
  });

  test('names no folder of the machine that made it', async () => {
    for (const file of (await readdir(PACKAGE)).filter((name) => name.endsWith('.mjs')))
      expect((await readFile(path.join(PACKAGE, file), 'utf8')).includes(CHECKOUT), file).toBe(
        false,
      );
  });

  test('--help lists the commands, and --version prints the version of package.json', async () => {
    expect((await darkroom('--help')).stdout).toMatch(/^ {2}simulate +models/m);
    expect((await darkroom('--version')).stdout).toBe(`${user.packed[0]?.version}\n`);
  });

  test('init, render, explain and estimate work without a checkout', async () => {
    expect(await json('init', 'dev')).toEqual({ file: 'Pulumi.dev.yaml', stack: 'dev' });
    const rendered = await json('render', 'Pulumi.dev.yaml', 'photo.jpg', '--out', 'out');
    expect(rendered).toMatchObject({ photos: [{ name: 'photo.jpg', status: 'done' }] });
    expect(await readdir(path.join(user.folder, 'out/uploads/photo.jpg'))).toContain('w640.webp');
    await darkroom(
      ...['render', 'Pulumi.dev.yaml', 'photo.jpg', '--against', 'Pulumi.dev.yaml'],
      ...['--page', 'both.html'],
    );
    const page = await readFile(path.join(user.folder, 'both.html'), 'utf8');
    expect(page).toContain('img-comparison-slider');
    const explained = await json('explain', 'Pulumi.dev.yaml', 'photo.jpg');
    expect(explained['text']).toContain('photo.jpg: recipe photos');
    const estimated = await json('estimate', 'Pulumi.dev.yaml', 'photo.jpg');
    expect(estimated).toMatchObject({ recipe: 'photos' });
  });
});

describe('darkroom dev in an empty folder', () => {
  let child: ChildProcess;
  let output = '';
  const start = async () => {
    output = '';
    child = spawn(process.execPath, [BIN, 'dev'], {
      cwd: user.folder,
      env: { ...environment, DARKROOM_PORT: '0', DARKROOM_AWS_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    await vi.waitFor(() => {
      if (child.exitCode !== null) return;
      expect(output).toContain('Darkroom is running.');
    }, PATIENCE);
    expect(child.exitCode, output).toBeNull();
  };
  const urlOfStack = async () => {
    const file = await readFile(path.join(user.folder, '.darkroom/env'), 'utf8');
    return parseEnv(file)['DARKROOM_URL'] ?? '';
  };
  beforeAll(start, PATIENCE.timeout);
  // Without it, a failed test would leave the stack running.
  afterAll(() => void child.kill('SIGTERM'));

  test('has the console, and processes an upload of the command line', async () => {
    const url = await urlOfStack();
    const page = await (await fetch(url)).text();
    expect(page).toContain('<title>Darkroom');
    const [, script = 'no script'] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
    const app = await fetch(new URL(script, `${url}/`));
    expect(app.status).toBe(200);
    expect(await json('upload', 'photo.jpg')).toMatchObject({
      done: 1,
      files: [{ key: 'uploads/photo.jpg', outcome: 'done' }],
    });
    expect(await json('status', 'uploads/photo.jpg')).toMatchObject({ current: true });
  });

  test('stops after SIGTERM', async () => {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    expect(output).toContain('Stopping…');
    expect(child.exitCode).toBe(0);
  });

  test('after SIGINT to the command alone, it waits until the stack has stopped', async () => {
    await start();
    const url = await urlOfStack();
    const [exited, closed] = [once(child, 'exit'), once(child, 'close')];
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    await closed;
    expect(output).toContain('Stopping…');
    expect(output).toContain('Interrupted. Uploads, outputs and messages are kept.');
  });
});
