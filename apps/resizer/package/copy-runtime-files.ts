import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/** What Node or the dynamic loader reads, on any platform; not headers, types and texts. */
const RUNTIME_FILE = /\.(?:node|so(?:\.[\d.]+)?|dylib|dll|wasm|[cm]?js|json)$/;
/** Licences travel with what they are for. */
const LICENCE = /^LICEN[CS]E/i;

/** Copies the files of a package that are needed to run it. */
export async function copyRuntimeFiles(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !(RUNTIME_FILE.test(entry.name) || LICENCE.test(entry.name))) continue;
    const folder = path.join(to, path.relative(from, entry.parentPath));
    await mkdir(folder, { recursive: true });
    await copyFile(path.join(entry.parentPath, entry.name), path.join(folder, entry.name));
  }
}
