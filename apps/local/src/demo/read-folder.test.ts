import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readFolder } from './read-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-demo-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('finds the files of a folder and of those in it, hidden ones not', async () => {
  await mkdir(path.join(folder, 'holiday', '.cache'), { recursive: true });
  await writeFile(path.join(folder, 'b.JPG'), 'b');
  await writeFile(path.join(folder, '.DS_Store'), 'x');
  await writeFile(path.join(folder, 'holiday', 'a b%.png'), 'a');
  await writeFile(path.join(folder, 'holiday', '.cache', 'c.png'), 'c');
  const files = await readFolder(folder);
  expect(files.map(({ name, contentType }) => [name, contentType])).toEqual([
    ['b.JPG', 'image/jpeg'],
    ['holiday/a b%.png', 'image/png'],
  ]);
  expect(Buffer.from((await files[1]?.bytes()) ?? []).toString()).toBe('a');
});

test('an empty folder, and none at all, are told apart', async () => {
  await expect(readFolder(folder)).rejects.toThrow('There is no file in');
  await expect(readFolder(path.join(folder, 'nowhere'))).rejects.toThrow('is no folder');
});
