import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startApi } from '@darkroom/console-api';
import { exampleStack } from '@darkroom/console-api/testing';
import { writeEnvFile } from './env-file.ts';
import { PortTakenError, startLocalStack } from './local-stack.ts';
import { describeStartError } from './start-error.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'start-error-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const optionsOf = (dataDir: string, port = 0) => ({
  ...{ workspace: dataDir, stack: 'local', dataDir, port, awsPort: 0 },
});

test('a damaged database is one line with the remedy', async () => {
  const dataDir = await temporaryDirectory();
  await writeFile(path.join(dataDir, 'fauxqs.db'), 'x'.repeat(10_000));
  const options = optionsOf(dataDir);
  const error = await startLocalStack(options).catch((thrown: unknown) => thrown);
  expect(await describeStartError(error, options)).toBe(
    `The database in the data directory ${dataDir} is damaged: remove the directory to start with empty buckets, or choose another directory with DARKROOM_DATA_DIR`,
  );
});

test('a data directory that cannot be created is one line with the remedy', async () => {
  const file = path.join(await temporaryDirectory(), 'file');
  await writeFile(file, '');
  const options = optionsOf(path.join(file, 'data'));
  const error = await startLocalStack(options).catch((thrown: unknown) => thrown);
  expect(await describeStartError(error, options)).toMatch(
    /^Cannot write to the data directory .*: make it writable, or choose another directory/,
  );
});

test('a data directory in a file system without new directories is one line with the remedy', async () => {
  const options = optionsOf('/proc/nope/data');
  const error = await startLocalStack(options).catch((thrown: unknown) => thrown);
  expect(await describeStartError(error, options)).toMatch(
    /^Cannot write to the data directory .*: make it writable, or choose another directory/,
  );
});

test('a full disk is one line with the remedy', async () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  expect(await describeStartError(error, optionsOf('/data'))).toBe(
    'The disk of the data directory /data is full: free space, or choose another directory with DARKROOM_DATA_DIR',
  );
});

test('a port that another Darkroom uses is reported with its address', async () => {
  const dataDir = await temporaryDirectory();
  const info = exampleStack();
  const api = await startApi({
    ...{ port: 0, host: '127.0.0.1', consoleDir: dataDir },
    stack: () => info,
  });
  onTestFinished(() => api.stop());
  await writeEnvFile(dataDir, info, api.url);
  expect(
    await describeStartError(new PortTakenError('taken'), optionsOf(dataDir, api.port)),
  ).toContain(`Darkroom already runs at ${api.url} (stack local)`);
});

test('an unexpected error is not described', async () => {
  expect(await describeStartError(new TypeError('defect'), optionsOf('/data'))).toBeUndefined();
});
