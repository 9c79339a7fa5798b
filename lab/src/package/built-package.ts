import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export const workspace = path.resolve(import.meta.dirname, '../../..');

/** Lambda's names of the processors that there is a package for. */
export const ARCHITECTURES = ['arm64', 'x86_64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** What `nx build resizer` leaves; `npm test` runs that first. */
export function builtPackage(architecture: Architecture): string {
  return path.join(workspace, 'apps/resizer/dist', architecture);
}

/** Content of every file below a folder by its path with `/`, sorted. */
export async function filesBelow(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const contents = files.map(async (file) => {
    const name = path.relative(folder, file).replaceAll(path.sep, '/');
    return [name, await readFile(file)] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
}
