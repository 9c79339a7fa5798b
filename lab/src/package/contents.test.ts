import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ARCHITECTURES,
  builtPackage,
  elfArchitecture,
  filesBelow,
  workspace,
  zip,
} from './built-package.ts';

/** Issue of the package: what starts fast is small. Lambda itself takes 50 MB zipped, 250 MB unzipped. */
const MAX_ZIPPED_BYTES = 12 * 1024 * 1024;
/**
 * Of the bundle, its maps and the notices, zipped; docs/formats.md says what formats add to it. Raise it only for what every
 * package needs.
 */
const MAX_ZIPPED_OWN_BYTES = 1_600_000;
/** Of Amazon Linux 2023, which nodejs24.x is. */
const LAMBDA_GLIBC = 2.34;
/** Names of npm's for the same processors. */
const CPU = { arm64: 'arm64', x86_64: 'x64' };

interface Lockfile {
  readonly packages: Readonly<Record<string, { version?: string; dev?: boolean }>>;
}
async function lockedPackages(): Promise<Lockfile['packages']> {
  const text = await readFile(path.join(workspace, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as Lockfile).packages;
}

describe.each(ARCHITECTURES)('the package for %s', (architecture) => {
  const binding = `node_modules/@img/sharp-linux-${CPU[architecture]}`;
  const libvips = `node_modules/@img/sharp-libvips-linux-${CPU[architecture]}`;
  let files: Record<string, Buffer>;
  const json = (name: string) => JSON.parse(files[name]?.toString() ?? '') as unknown;
  const ours = () => Object.keys(files).filter((name) => !name.startsWith('node_modules/'));
  const maps = () =>
    ours()
      .filter((name) => name.endsWith('.map'))
      .map((name) => json(name) as { sources: string[]; sourcesContent?: unknown });

  beforeAll(async () => {
    files = await filesBelow(builtPackage(architecture));
  });

  test('is the bundle, its maps, and the native files of sharp with what loads them', async () => {
    const { version } = (await lockedPackages())['node_modules/sharp'] ?? {};
    const so = Object.keys(files).find((name) => name.startsWith(`${libvips}/lib/libvips-cpp.so.`));
    const chunks = ours().filter((name) =>
      /^chunks\/[\w.-]+-[A-Z\d]{8}\.mjs(?:\.map)?$/.test(name),
    );
    expect(Object.keys(files)).toEqual(
      [
        'LICENSE',
        'THIRD-PARTY-NOTICES.txt',
        'index.mjs',
        'index.mjs.map',
        'webhook.mjs',
        'webhook.mjs.map',
        ...chunks,
        `${binding}/LICENSE`,
        `${binding}/index.cjs`,
        `${binding}/lib/sharp-linux-${CPU[architecture]}-${version}.node`,
        `${binding}/package.json`,
        `${libvips}/lib/index.js`,
        so,
        `${libvips}/package.json`,
        `${libvips}/versions.json`,
      ].sort(),
    );
  });

  test('has the versions of the lockfile', async () => {
    const locked = await lockedPackages();
    for (const name of [binding, libvips])
      expect(json(`${name}/package.json`)).toMatchObject({ version: locked[name]?.version });
  });

  test('has native files for its processor, and no other', () => {
    const isNative = (name: string) => /\.node$|\.so(?:\.|$)/.test(name);
    const native = Object.keys(files).filter(isNative);
    expect(native).toHaveLength(2);
    for (const [name, content] of Object.entries(files)) {
      const expected = isNative(name) ? architecture : undefined;
      expect([name, elfArchitecture(content)]).toEqual([name, expected]);
    }
  });

  test('asks for no newer C library than Lambda has', () => {
    for (const name of [binding, libvips]) {
      const { config } = json(`${name}/package.json`) as { config: { glibc: string } };
      expect(Number(/^>=(\d+\.\d+)$/.exec(config.glibc)?.[1])).toBeLessThanOrEqual(LAMBDA_GLIBC);
    }
  });

  test('bundles no package that is for development only', async () => {
    const locked = await lockedPackages();
    const bundled = new Set(
      maps()
        .flatMap(({ sources }) => sources)
        .flatMap(
          (source) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(source) ?? [],
        ),
    );
    expect([...bundled]).toContain('node_modules/@aws-sdk/client-s3');
    expect([...bundled]).toContain('node_modules/sharp');
    for (const name of bundled) {
      expect(locked, name).toHaveProperty([name]);
      expect([name, locked[name]?.dev ?? false]).toEqual([name, false]);
    }
  });

  test('names no folder of the machine that made it, nor a source that lies outside', () => {
    for (const name of ours()) expect(files[name]?.includes(workspace), name).toBe(false);
    for (const { sources, sourcesContent } of maps()) {
      for (const source of sources)
        expect(source).toMatch(/^(?:\.\.\/)+(?:src|libs|node_modules)\//);
      expect(sourcesContent).toBeUndefined();
    }
  });

  test('is small', () => {
    const zipped = zip(files).length;
    const unzipped = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
    console.log(`${architecture}: ${megabytes(unzipped)}, zipped ${megabytes(zipped)}`);
    expect(zipped).toBeLessThan(MAX_ZIPPED_BYTES);
    const own = zip(
      Object.fromEntries(ours().map((name) => [name, files[name] ?? Buffer.alloc(0)])),
    );
    console.log(`${architecture}: its own files, zipped ${own.length} bytes`);
    expect(own.length).toBeLessThan(MAX_ZIPPED_OWN_BYTES);
  });
});
