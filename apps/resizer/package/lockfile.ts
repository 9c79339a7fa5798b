import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PackagingError } from './packaging-error.ts';
import type { Platform } from './target.ts';

/** A package in `package-lock.json`, as far as we read it; the rest of the entry travels along. */
export interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** By their folders below the lockfile's: `node_modules/sharp`. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export const inNodeModules = (name: string) => `node_modules/${name}`;

export function readLockfile(workspace: string): LockedPackages {
  const text = readFileSync(path.join(workspace, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: LockedPackages }).packages;
}

/** Every package that sharp has for some platform: its binding, and the libvips that the binding loads. */
export function nativePackages(locked: LockedPackages): string[] {
  return Object.keys(locked[inNodeModules('sharp')]?.optionalDependencies ?? {}).sort();
}

/**
 * Those of one platform.
 *
 * @throws PackagingError `LOCKFILE_INVALID` where there are none, or one has no integrity to verify it by
 */
export function nativePackagesFor(
  { os, cpu, libc }: Platform,
  locked: LockedPackages,
): Record<string, LockedPackage> {
  const found: Record<string, LockedPackage> = {};
  for (const name of nativePackages(locked)) {
    const entry = locked[inNodeModules(name)];
    if (!entry?.os?.includes(os) || !entry.cpu?.includes(cpu) || !entry.libc?.includes(libc))
      continue;
    if (entry.integrity === undefined)
      throw new PackagingError(
        'LOCKFILE_INVALID',
        `package-lock.json has no integrity for ${name}: make it anew with \`npm install\``,
      );
    found[name] = entry;
  }
  if (Object.keys(found).length === 0)
    throw new PackagingError(
      'LOCKFILE_INVALID',
      `package-lock.json names no package of sharp for ${os}, ${cpu}, ${libc}`,
    );
  return found;
}
