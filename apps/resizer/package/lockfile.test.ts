import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  nativePackages,
  nativePackagesFor,
  readLockfile,
  type LockedPackages,
} from './lockfile.ts';
import { LAMBDA_PLATFORMS } from './target.ts';

const workspace = path.resolve(import.meta.dirname, '../../..');
const glibc = { os: ['linux'], libc: ['glibc'], version: '1.0.0', integrity: 'sha512-AAAA' };
const locked: LockedPackages = {
  'node_modules/sharp': {
    version: '1.0.0',
    optionalDependencies: {
      '@img/for-arm': '1.0.0',
      '@img/for-arm-musl': '1.0.0',
      '@img/for-x64': '1.0.0',
      '@img/for-mac': '1.0.0',
    },
  },
  'node_modules/@img/for-arm': { ...glibc, cpu: ['arm64'] },
  'node_modules/@img/for-arm-musl': { ...glibc, libc: ['musl'], cpu: ['arm64'] },
  'node_modules/@img/for-x64': { ...glibc, cpu: ['x64'] },
  'node_modules/@img/for-mac': { ...glibc, os: ['darwin'], cpu: ['arm64'] },
  'node_modules/@img/of-something-else': { ...glibc, cpu: ['arm64'] },
};

test.each([
  ['arm64', ['@img/sharp-libvips-linux-arm64', '@img/sharp-linux-arm64']],
  ['x86_64', ['@img/sharp-libvips-linux-x64', '@img/sharp-linux-x64']],
] as const)('the lockfile of this repository has sharp for %s', (architecture, names) => {
  const found = nativePackagesFor(LAMBDA_PLATFORMS[architecture], readLockfile(workspace));
  expect(Object.keys(found)).toEqual(names);
  for (const { integrity } of Object.values(found)) expect(integrity).toMatch(/^sha512-/);
});

test('of all that sharp may need, only what is for the platform is taken', () => {
  expect(nativePackages(locked)).toHaveLength(4);
  expect(Object.keys(nativePackagesFor(LAMBDA_PLATFORMS.arm64, locked))).toEqual(['@img/for-arm']);
});

describe('a lockfile is refused', () => {
  test('that has nothing to verify a package by', () => {
    const { integrity: _none, ...unverified } = { ...glibc, cpu: ['x64'] };
    expect(() =>
      nativePackagesFor(LAMBDA_PLATFORMS.x86_64, {
        ...locked,
        'node_modules/@img/for-x64': unverified,
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'LOCKFILE_INVALID',
        message: expect.stringContaining('@img/for-x64'),
      }),
    );
  });

  test('that does not know the platform', () => {
    const { 'node_modules/@img/for-arm': _removed, ...others } = locked;
    expect(() => nativePackagesFor(LAMBDA_PLATFORMS.arm64, others)).toThrow('linux, arm64, glibc');
  });
});
