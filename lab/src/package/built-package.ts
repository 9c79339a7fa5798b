import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync, zipSync } from 'fflate';

export const workspace = path.resolve(import.meta.dirname, '../../..');

/** Lambda's names of the architectures with a package. */
export const ARCHITECTURES = ['arm64', 'x86_64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Folder that `nx build resizer` writes; `npm test` runs that first. */
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

const ELF_MAGIC = '\x7fELF';
const ELFCLASS64 = 2;
/** `e_machine` (ELF-64 object file format, "ELF header"; values of the processors' supplements). */
const MACHINES: Readonly<Record<number, Architecture>> = { 0x3e: 'x86_64', 0xb7: 'arm64' };

/** The processor that a 64-bit, little-endian ELF file is for; undefined for any other file. */
export function elfArchitecture(file: Buffer): Architecture | undefined {
  const isElf = file.subarray(0, 4).toString('latin1') === ELF_MAGIC && file[4] === ELFCLASS64;
  return isElf ? MACHINES[file.readUInt16LE(18)] : undefined;
}

/** The earliest time of zip files: the same files give the same zip file. */
const ALWAYS = new Date(1980, 0, 1);

/** The zip file of a package, as Pulumi uploads it to Lambda. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(files, { level: 6, mtime: ALWAYS });
}

/** As Lambda unpacks it into `/var/task`. */
export async function unzipInto(archive: Uint8Array, folder: string): Promise<void> {
  for (const [name, content] of Object.entries(unzipSync(archive))) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
