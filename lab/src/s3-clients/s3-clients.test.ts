/**
 * Uploads of S3 clients that this project did not write, with every client that the machine has.
 * Each has to arrive byte for byte. The Go clients are built here if `go` is installed.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { RunningAws } from '@darkroom/embedded-aws/testing';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

function isInstalled(command: string, versionArgument: string): boolean {
  try {
    execFileSync(command, [versionArgument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

/** Without the developer's settings for the real AWS. */
const cleanEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(AWS|RCLONE)_/.test(name)),
);
const NAMES = ['plain.jpg', 'with space + plus.jpg', 'ünïcode 日本.jpg', 'amp & percent 100%.jpg'];

describe('real clients', () => {
  let aws: RunningAws;
  let folder: string;
  let Bucket: string;
  const large = Buffer.alloc(22 * 1024 * 1024, 'photo');
  beforeAll(async () => {
    aws = await RunningAws.start('SQLite');
    folder = await mkdtemp(path.join(tmpdir(), 'real-clients-'));
    await mkdir(path.join(folder, 'in/deep'), { recursive: true });
    for (const name of NAMES) await writeFile(path.join(folder, 'in', name), `bytes of ${name}`);
    await writeFile(path.join(folder, 'in/deep/large.bin'), large);
  });
  afterAll(async () => {
    await aws.stop();
    await rm(folder, { recursive: true });
  });

  const keys = async (Prefix: string) => {
    const { Contents = [] } = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return Contents.map(({ Key = '' }) => Key.slice(Prefix.length)).sort();
  };
  const downloaded = async (name: string) =>
    (await readdir(path.join(folder, name), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(path.join(folder, name), path.join(entry.parentPath, entry.name)),
      )
      .sort();
  const all = [...NAMES, 'deep/large.bin'].sort();

  test.skipIf(!isInstalled('aws', '--version'))('aws s3: cp, sync, ls, mv, rm', async () => {
    Bucket = await aws.bucket();
    const cli = async (...args: string[]) => {
      const env = {
        ...cleanEnvironment,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: 'us-east-1',
        LC_ALL: 'C.UTF-8',
      };
      const { stdout } = await run('aws', ['--endpoint-url', aws.endpoint, 's3', ...args], {
        env,
        cwd: folder,
      });
      return stdout;
    };
    const remote = `s3://${Bucket}/up/`;
    await cli('cp', '--recursive', 'in', remote);
    expect(await keys('up/')).toEqual(all);
    const listing = await cli('ls', '--recursive', remote);
    for (const name of all) expect(listing).toContain(name);
    await cli('sync', remote, 'out');
    expect(await downloaded('out')).toEqual(all);
    expect(Buffer.compare(await readFile(path.join(folder, 'out/deep/large.bin')), large)).toBe(0);
    expect(await cli('sync', 'in', remote)).toBe(''); // nothing has changed
    await cli('mv', `${remote}plain.jpg`, `s3://${Bucket}/moved/plain.jpg`);
    expect(await keys('moved/')).toEqual(['plain.jpg']);
    await cli('rm', '--recursive', `s3://${Bucket}`);
    expect(await keys('')).toEqual([]);
  });

  test.skipIf(!isInstalled('rclone', 'version'))('rclone: copy, check, lsf, delete', async () => {
    Bucket = await aws.bucket();
    const rclone = async (...args: string[]) => {
      const env = {
        ...cleanEnvironment,
        RCLONE_CONFIG_LOCAL_TYPE: 's3',
        RCLONE_CONFIG_LOCAL_PROVIDER: 'Other',
        RCLONE_CONFIG_LOCAL_ENDPOINT: aws.endpoint,
        RCLONE_CONFIG_LOCAL_ACCESS_KEY_ID: 'test',
        RCLONE_CONFIG_LOCAL_SECRET_ACCESS_KEY: 'test',
      };
      const { stdout } = await run('rclone', args, { env, cwd: folder });
      return stdout;
    };
    const remote = `local:${Bucket}/up`;
    await rclone('copy', 'in', remote);
    expect(await keys('up/')).toEqual(all);
    await rclone('check', 'in', remote);
    const listed = (await rclone('lsf', '-R', '--files-only', remote)).trim().split('\n');
    expect(listed.sort()).toEqual(all);
    await rclone('delete', remote);
    expect(await keys('')).toEqual([]);
  });
});

/** Awkward for framing: nothing, one chunk, exactly one part, and more than two parts. */
const FILES: Readonly<Record<string, Buffer>> = {
  'empty.jpg': Buffer.alloc(0),
  'small.jpg': Buffer.from('bytes of a photo\r\n0\r\n\r\n'),
  'one-part.bin': Buffer.alloc(5 * 1024 * 1024, 'photo'),
  'three parts.bin': Buffer.alloc(11 * 1024 * 1024 + 1, 'photo\r\n'),
};

type Upload = (endpoint: string, bucket: string, folder: string) => Promise<unknown>;

interface Client {
  readonly name: string;
  /** @returns why the client is not available on this machine */
  readonly missing: () => Promise<string | undefined>;
  readonly upload: Upload;
}

const GO_FOLDER = path.join(import.meta.dirname, 'go');
const goBinary = path.join(tmpdir(), `s3-clients-${process.pid}`);
let goBuild: Promise<string | undefined> | undefined;

/** Builds once; the Go tool caches modules and packages (about 30 CPU seconds the first time). */
function buildGoClients(): Promise<string | undefined> {
  if (!isInstalled('go', 'version')) return Promise.resolve('go is not installed');
  goBuild ??= run('go', ['build', '-o', goBinary, '.'], { cwd: GO_FOLDER }).then(
    () => undefined,
    (error: Error) => `go build failed: ${error.message.split('\n').slice(0, 3).join(' ')}`,
  );
  return goBuild;
}

function goClient(name: string, argument: string): Client {
  return {
    name,
    missing: buildGoClients,
    upload: (...target) => run(goBinary, [argument, ...target]),
  };
}

const PYTHON = process.env['DARKROOM_PYTHON'] ?? 'python3';

function pythonClient(module: string): Client {
  const script = path.join(import.meta.dirname, 'python-clients.py');
  return {
    name: `Python's ${module}`,
    missing: () =>
      run(PYTHON, ['-c', `import ${module}`]).then(
        () => undefined,
        () => `${PYTHON} has no module ${module}`,
      ),
    upload: (...target) => run(PYTHON, [script, module, ...target], { env: cleanEnvironment }),
  };
}

/** A client that is a command, called once for each file. */
function commandClient(
  command: string,
  version: string,
  args: (endpoint: string, bucket: string, file: string) => string[],
  product = command,
): Client {
  const missing = () =>
    run(command, [version]).then(
      ({ stdout }) => (stdout.toLowerCase().includes(product) ? undefined : `no ${product}`),
      () => `${command} is not installed`,
    );
  const upload: Upload = async (endpoint, bucket, folder) => {
    for (const file of Object.keys(FILES)) {
      await run(command, args(endpoint, bucket, path.join(folder, file)), {
        env: { ...cleanEnvironment, MC_HOST_local: endpoint.replace('//', '//test:testtest@') },
      });
    }
  };
  return { name: command, missing, upload };
}

const CLIENTS: readonly Client[] = [
  goClient('minio-go, as mc has it', 'minio'),
  goClient('minio-go with trailing checksums', 'minio-trailer'),
  goClient('AWS SDK for Go 2', 'aws'),
  pythonClient('boto3'),
  pythonClient('minio'),
  pythonClient('s3fs'),
  commandClient('curl', '--version', (endpoint, bucket, file) => [
    ...['--silent', '--show-error', '--fail', '--upload-file', file],
    `${endpoint}/${bucket}/${encodeURIComponent(path.basename(file))}`,
  ]),
  commandClient('s3cmd', '--version', (endpoint, bucket, file) => [
    ...['--config=/dev/null', '--access_key=test', '--secret_key=test', '--no-ssl'],
    ...[`--host=${new URL(endpoint).host}`, `--host-bucket=${new URL(endpoint).host}`],
    ...['--multipart-chunk-size-mb=5', 'put', file, `s3://${bucket}/${path.basename(file)}`],
  ]),
  commandClient(
    'mc',
    '--version',
    (_endpoint, bucket, file) => [
      ...['--quiet', 'cp', file],
      `local/${bucket}/${path.basename(file)}`,
    ],
    'minio',
  ),
];

describe('uploads arrive byte for byte', () => {
  let aws: RunningAws;
  let folder: string;
  beforeAll(async () => {
    aws = await RunningAws.start();
    folder = await mkdtemp(path.join(tmpdir(), 's3-clients-'));
    for (const [name, bytes] of Object.entries(FILES)) {
      await writeFile(path.join(folder, name), bytes);
    }
  });
  afterAll(async () => {
    await aws.stop();
    await rm(folder, { recursive: true });
    await rm(goBinary, { force: true });
  });

  test.for(CLIENTS)('$name', { timeout: 900_000 }, async ({ missing, upload }, { skip }) => {
    const reason = await missing();
    skip(reason !== undefined, reason);
    const Bucket = await aws.bucket();
    await upload(aws.endpoint, Bucket, folder);
    for (const [Key, bytes] of Object.entries(FILES)) {
      const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key }));
      const stored = Buffer.from((await Body?.transformToByteArray()) ?? []);
      expect([Key, stored.length, Buffer.compare(stored, bytes)]).toEqual([Key, bytes.length, 0]);
    }
  });
});
