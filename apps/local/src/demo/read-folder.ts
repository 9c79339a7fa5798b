import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DemoError } from './find-stack.ts';
import type { Sample } from './samples.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.webp': 'image/webp',
};

/**
 * The files of a folder and the folders in it, by name; hidden ones are left out.
 * @throws DemoError if the folder does not exist or contains no file
 */
export async function readFolder(folder: string): Promise<Sample[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      throw new DemoError(`${folder} is no folder that can be read`, { cause });
    },
  );
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, name: path.relative(folder, file).split(path.sep).join('/') }))
    .filter(({ name }) => !/(?:^|\/)\./.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) throw new DemoError(`There is no file in ${folder}`);
  return files.map(({ file, name }) => ({
    name,
    contentType: CONTENT_TYPES[path.extname(name).toLowerCase()] ?? 'application/octet-stream',
    bytes: () => readFile(file),
  }));
}
