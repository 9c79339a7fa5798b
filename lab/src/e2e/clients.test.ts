/** Uploads by other programs, if they are on the PATH. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, temporaryDirectory, type RunningStack } from '../testing/running-stack.ts';

const run = promisify(execFile);

function isInstalled(command: string, ...versionArguments: string[]): boolean {
  try {
    execFileSync(command, versionArguments, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const hasAws = isInstalled('aws', '--version');
const hasRclone = isInstalled('rclone', 'version');
const named = (client: string, isThere: boolean) =>
  isThere ? client : `${client}: NOT TESTED, it is not on the PATH`;

const NAMES = ['plain.jpg', 'with space + plus.jpg', 'ünïcode 日本.jpg', 'salt & pepper 100%.jpg'];

describe.skipIf(!hasAws && !hasRclone)('real clients', () => {
  let running: RunningStack;
  let client: Client;
  let folder: string;
  let environment: Record<string, string | undefined>;

  beforeAll(async () => {
    running = await startStack();
    client = running.client;
    folder = await temporaryDirectory();
    await mkdir(path.join(folder, 'photos/deep'), { recursive: true });
    for (const [seed, name] of NAMES.entries())
      await writeFile(path.join(folder, 'photos', name), await picture({ seed }));
    await writeFile(path.join(folder, 'photos/deep/large.png'), await largePicture());
    environment = {
      // Without what the developer has set for the real AWS.
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(AWS|RCLONE)_/.test(name)),
      ),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: client.stack.region,
      LC_ALL: 'C.UTF-8',
      RCLONE_CONFIG_LOCAL_TYPE: 's3',
      RCLONE_CONFIG_LOCAL_PROVIDER: 'Other',
      RCLONE_CONFIG_LOCAL_ENDPOINT: client.stack.endpoint,
      RCLONE_CONFIG_LOCAL_ACCESS_KEY_ID: 'test',
      RCLONE_CONFIG_LOCAL_SECRET_ACCESS_KEY: 'test',
    };
  });

  afterAll(async () => {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const call = (command: string, ...args: string[]) =>
    run(command, args, { env: environment, cwd: folder });
  const aws = (...args: string[]) =>
    call('aws', '--endpoint-url', client.stack.endpoint, 's3', ...args);

  async function expectDone(prefix: string): Promise<void> {
    await client.untilIdle();
    for (const name of [...NAMES, 'deep/large.png'])
      expect(await client.manifestOf(prefix + name)).toMatchObject({ status: 'done' });
    expect(await findInconsistencies(client)).toEqual([]);
  }

  test.skipIf(!hasAws)(named('aws s3 cp', hasAws), async () => {
    const { sourceBucket, processedBucket } = client.stack;
    const remote = `s3://${sourceBucket}/uploads/aws/`;
    await aws('cp', '--recursive', 'photos', remote);
    await expectDone('uploads/aws/');

    const key = `uploads/aws/${NAMES[1]}/thumb.webp`;
    await aws('cp', `s3://${processedBucket}/${key}`, 'thumb.webp');
    const downloaded = await readFile(path.join(folder, 'thumb.webp'));
    expect(downloaded.equals((await client.read(key))?.body ?? Buffer.alloc(0))).toBe(true);

    await aws('rm', '--recursive', remote);
    await client.untilIdle();
    expect((await client.list(processedBucket, 'uploads/aws/')).size).toBe(0);
  });

  test.skipIf(!hasRclone)(named('rclone copy and check', hasRclone), async () => {
    const { sourceBucket, processedBucket } = client.stack;
    const remote = `local:${sourceBucket}/uploads/rclone`;
    await call('rclone', 'copy', 'photos', remote);
    await call('rclone', 'check', 'photos', remote);
    await expectDone('uploads/rclone/');

    // A copy of all that was made is what was made.
    await call('rclone', 'copy', `local:${processedBucket}`, 'processed');
    await call('rclone', 'check', 'processed', `local:${processedBucket}`);

    await call('rclone', 'delete', remote);
    await client.untilIdle();
    expect((await client.list(processedBucket, 'uploads/rclone/')).size).toBe(0);
  });
});

/** Noise cannot be compressed, so the file is larger than 8 MiB, from which `aws` uploads in parts. */
function largePicture(): Promise<Buffer> {
  const [width, height] = [1900, 1600];
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
