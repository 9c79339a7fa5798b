/** Clients that nobody here wrote, where they are on the PATH. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RunningAws } from './testing/running-aws.ts';

function isInstalled(command: string, versionArgument: string): boolean {
  try {
    execFileSync(command, [versionArgument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

/** Without what the developer has set for the real AWS. */
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
    expect(await cli('sync', 'in', remote)).toBe(''); // all there already
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
