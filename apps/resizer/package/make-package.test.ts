import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLockfile } from './lockfile.ts';
import { makePackage } from './make-package.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
let folder: string;
let bundle: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'darkroom-package-'));
  bundle = path.join(folder, 'bundle');
  mkdirSync(bundle);
  writeFileSync(path.join(bundle, 'index.mjs'), 'export const handler = () => {};');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** SHA-256 of every file by its path. */
function hashes(of: string): Record<string, string> {
  const entries = readdirSync(of, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
      return [path.relative(of, file), hash];
    }),
  );
}

test('the same bundle and lockfile give the same names and bytes', async () => {
  const outputs = ['once', 'again'].map((name) => path.join(folder, name, 'arm64'));
  for (const output of outputs)
    await makePackage({ target: 'arm64', workspace: checkout, bundle, output });
  const [once, again] = outputs.map(hashes);
  expect(Object.keys(once ?? {}).length).toBeGreaterThan(5);
  expect(again).toEqual(once);
});

test('for this machine it takes what `npm ci` has installed, and asks nobody', async () => {
  const output = path.join(folder, 'host');
  await makePackage({ target: 'host', workspace: checkout, bundle, output });
  const names = Object.keys(hashes(output));
  expect(names).toContain('index.mjs');
  expect(names.filter((name) => name.endsWith('.node')).length).toBeGreaterThan(0);
});

test('an older package is replaced as a whole', async () => {
  const output = path.join(folder, 'host');
  mkdirSync(output);
  writeFileSync(path.join(output, 'left-over.mjs'), '');
  await makePackage({ target: 'host', workspace: checkout, bundle, output });
  expect(readdirSync(output)).not.toContain('left-over.mjs');
});

test('two builds at once leave one whole package', async () => {
  const options = { target: 'host', workspace: checkout, bundle } as const;
  const output = path.join(folder, 'host');
  await Promise.all([1, 2, 3].map(() => makePackage({ ...options, output })));
  const alone = path.join(folder, 'alone');
  await makePackage({ ...options, output: alone });
  expect(hashes(output)).toEqual(hashes(alone));
});

describe('what cannot be made', () => {
  /** A checkout with another lockfile than ours, and nothing installed. */
  async function workspaceWith(change: (lockfile: string) => string): Promise<string> {
    const workspace = path.join(folder, 'workspace');
    await mkdir(workspace);
    await copyFile(path.join(checkout, 'package.json'), path.join(workspace, 'package.json'));
    const lockfile = readFileSync(path.join(checkout, 'package-lock.json'), 'utf8');
    writeFileSync(path.join(workspace, 'package-lock.json'), change(lockfile));
    return workspace;
  }

  test('bytes that the lockfile does not vouch for are refused, and the old package stays', async () => {
    const name = 'node_modules/@img/sharp-linux-arm64';
    const { integrity = '' } = readLockfile(checkout)[name] ?? {};
    const other = `sha512-${createHash('sha512').update('other bytes').digest('base64')}`;
    const workspace = await workspaceWith((lockfile) => lockfile.replace(integrity, other));
    const output = path.join(folder, 'arm64');
    mkdirSync(output);
    await expect(makePackage({ target: 'arm64', workspace, bundle, output })).rejects.toMatchObject(
      {
        code: 'INSTALL_FAILED',
        message: expect.stringContaining('EINTEGRITY'),
      },
    );
    expect(readdirSync(folder).sort()).toEqual(['arm64', 'bundle', 'workspace']);
    expect(readdirSync(output)).toEqual([]);
  });

  test('where npm has installed nothing for this machine, the command to run is told', async () => {
    const workspace = await workspaceWith((lockfile) => lockfile);
    await expect(
      makePackage({ target: 'host', workspace, bundle, output: path.join(folder, 'host') }),
    ).rejects.toMatchObject({
      code: 'INCOMPLETE',
      message: expect.stringContaining('npm ci --include=optional'),
    });
  });
});
