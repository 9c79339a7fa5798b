import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { archiveSchema, resolveAssets } from './assets.ts';
import { ARCHIVE, ASSET, type Properties, SIGNATURE } from './properties.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'assets-'));
  onTestFinished(() => rm(directory, { recursive: true }));
});

const at = (name: string) => path.join(directory, name);
const asset = (members: Properties): Properties => ({ [SIGNATURE]: ASSET, ...members });
const archive = (members: Properties): Properties => ({ [SIGNATURE]: ARCHIVE, ...members });
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

test('a file and a text have the hash of their content, wherever they are in the inputs', async () => {
  await writeFile(at('a.txt'), 'content');
  const inputs = {
    list: [asset({ path: 'a.txt', more: 'of the SDK' }), 1],
    below: { text: asset({ text: 'content' }), none: null },
  };
  expect(await resolveAssets(inputs, directory)).toEqual({
    list: [asset({ path: at('a.txt'), hash: sha256('\0content') }), 1],
    below: { text: asset({ text: 'content', hash: sha256('content') }), none: null },
  });
});

test('a folder has the hash of its names and contents, in the order of the names', async () => {
  await mkdir(at('code/b'), { recursive: true });
  for (const name of ['code/z', 'code/b/c', 'code/b.txt', 'code/B'])
    await writeFile(at(name), name);
  await symlink('../elsewhere', at('code/link'));
  const { code } = await resolveAssets({ code: archive({ path: 'code' }) }, directory);
  const content = ['/B\0code/B', '/b/c\0code/b/c', '/b.txt\0code/b.txt', '/link\0../elsewhere\0'];
  const hash = sha256([...content, '/z\0code/z'].join(''));
  expect(code).toEqual(archive({ path: at('code'), hash }));
  expect(archiveSchema.parse(code)).toEqual(code);
});

test('a map has the hash of its members, in the order of their names', async () => {
  const assets = { z: asset({ text: 'last' }), a: archive({ assets: {} }), other: 'text' };
  const { code } = await resolveAssets({ code: archive({ assets }) }, directory);
  const [a, z] = [
    archive({ assets: {}, hash: sha256('') }),
    asset({ text: 'last', hash: sha256('last') }),
  ];
  const hash = sha256(`a\0${sha256('')}\0z\0${sha256('last')}\0`);
  expect(code).toEqual(archive({ assets: { a, z, other: 'text' }, hash }));
  expect(archiveSchema.parse(archive({ assets: { a, z }, hash }))).toMatchObject({ hash });
  expect(archiveSchema.safeParse(archive({ assets: { a, other: 'text' }, hash })).success).toBe(
    false,
  );
});

test('a file that is not there, and a URL, are refused', async () => {
  await expect(resolveAssets({ a: asset({ path: 'none' }) }, directory)).rejects.toMatchObject({
    ...{ code: 'INPUT_INVALID', cause: { code: 'ENOENT' } },
    message: expect.stringMatching(/^cannot read the asset "none": ENOENT/),
  });
  await expect(resolveAssets({ a: asset({ uri: 'https://x' }) }, directory)).rejects.toMatchObject({
    ...{ code: 'INPUT_INVALID', message: expect.stringContaining('remote assets') },
  });
});
