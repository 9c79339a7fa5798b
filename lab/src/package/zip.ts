import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync, zipSync } from 'fflate';

/** The first moment that a zip file can name: the same files are the same zip. */
const ALWAYS = new Date(1980, 0, 1);

/** What is uploaded to Lambda: Pulumi makes such a file of a package's folder. */
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
