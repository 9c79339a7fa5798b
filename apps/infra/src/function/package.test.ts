import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { functionPackage, PackageError } from './package.ts';

let workspace: string;
const bundle = () => path.join(workspace, 'apps/resizer/dist/arm64/index.mjs');

/** @param changed seconds since 1970 */
function write(file: string, changed: number): void {
  const absolute = path.resolve(workspace, file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, '');
  utimesSync(absolute, changed, changed);
}

beforeEach(() => {
  workspace = mkdtempSync(path.join(tmpdir(), 'darkroom-package-'));
  for (const source of [
    'apps/resizer/src/handler.ts',
    'libs/events/src/index.ts',
    'package-lock.json',
  ])
    write(source, 1000);
});
afterEach(() => rmSync(workspace, { recursive: true }));

const build = vi.fn(() => write(bundle(), 1500));
// What a `beforeEach` returns is called after the test: nothing, here.
beforeEach(() => void build.mockClear());

test('a package that is newer than its sources is taken as it is', () => {
  write(bundle(), 2000);
  expect(functionPackage('arm64', workspace, build)).toBe(
    path.join(workspace, 'apps/resizer/dist/arm64'),
  );
  expect(build).not.toHaveBeenCalled();
});

test('a missing package is built', () => {
  functionPackage('arm64', workspace, build);
  expect(build).toHaveBeenCalledWith(workspace, 'arm64');
});

test.each([
  'apps/resizer/src/handler.ts',
  'libs/pipeline/src/deep/reconcile.ts',
  'package-lock.json',
])('a package that is older than %s is built, once', (source) => {
  write(bundle(), 2000);
  write(source, 3000);
  functionPackage('arm64', workspace, build);
  functionPackage('arm64', workspace, build);
  expect(build).toHaveBeenCalledTimes(1);
});

test.each([
  'libs/events/src/index.test.ts',
  'libs/events/out-tsc/index.d.ts',
  'apps/local/src/main.ts',
])('a change of %s does not make the package out of date', (file) => {
  write(bundle(), 2000);
  write(file, 3000);
  functionPackage('arm64', workspace, build);
  expect(build).not.toHaveBeenCalled();
});

test('every target has a package of its own', () => {
  write(bundle(), 2000);
  const host = path.join(workspace, 'apps/resizer/dist/host');
  const buildHost = vi.fn(() => write(path.join(host, 'index.mjs'), 1500));
  expect(functionPackage('host', workspace, buildHost)).toBe(host);
  expect(buildHost).toHaveBeenCalledWith(workspace, 'host');
});

test('where building fails or leaves nothing, the command to run is named', () => {
  const cause = new Error('exit code 1');
  const fail = () => {
    throw cause;
  };
  expect(() => functionPackage('arm64', workspace, fail)).toThrow(
    expect.objectContaining({ code: 'PACKAGE_NOT_BUILT', cause }),
  );
  for (const broken of [fail, () => undefined]) {
    expect(() => functionPackage('arm64', workspace, broken)).toThrow(PackageError);
    expect(() => functionPackage('arm64', workspace, broken)).toThrow(
      'npx nx package-arm64 resizer',
    );
  }
});
