import { cp, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Archive, Asset } from '../../engine/index.ts';
import { AwsError } from '../aws.ts';

/**
 * Returns the directory of a function's code. A package of one folder runs from that folder. A package of several parts
 * gets a folder below the data directory, with its hash in the name.
 */
export function codeDirectoryOf(functionName: string, code: Archive, dataDir: string): string {
  if (code.path !== undefined) return code.path;
  return path.join(dataDir, 'functions', `${functionName}-${code.hash.slice(0, 16)}`);
}

export async function isUnpacked(name: string, code: Archive, dataDir: string): Promise<boolean> {
  const stats = await stat(codeDirectoryOf(name, code, dataDir)).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}

/** Puts the package together where it has to be; a kill in between leaves no half of it under its name. */
export async function unpack(name: string, code: Archive, dataDir: string): Promise<void> {
  if (code.path !== undefined) {
    if (await isUnpacked(name, code, dataDir)) return;
    throw new AwsError(
      'InvalidParameterValueException',
      `${code.path} is no folder: the local run takes unpacked packages only`,
    );
  }
  if (await isUnpacked(name, code, dataDir)) return;
  const directory = codeDirectoryOf(name, code, dataDir);
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await addAll(unfinished, code);
  await rename(unfinished, directory);
}

/** Deletes what `unpack` made; a folder of the program's own stays. */
export async function removePackage(name: string, code: Archive, dataDir: string): Promise<void> {
  if (code.path !== undefined) return;
  await rm(codeDirectoryOf(name, code, dataDir), { recursive: true, force: true });
}

/** In the order of the map: a later part wins, as a later entry of a zip file does. */
async function addAll(directory: string, { assets = {} }: Archive): Promise<void> {
  for (const [name, part] of Object.entries(assets)) {
    const target = path.join(directory, name);
    if (target !== directory && !target.startsWith(directory + path.sep)) {
      throw new AwsError('InvalidParameterValueException', `"${name}" lies outside the package`);
    }
    await add(target, part);
  }
}

async function add(target: string, part: Archive | Asset): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  if (part.path !== undefined) await cp(part.path, target, { recursive: true });
  else if ('text' in part) await writeFile(target, part.text ?? '');
  else await addAll(target, part as Archive);
}
