import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ArgumentsError } from '../arguments.ts';
import { generatedPhotos, type Photo } from './generated-photos.ts';

const PHOTO = /\.(jpe?g|png|webp|tiff?|avif)$/i;

/**
 * The photos of a folder, by name; generated ones without a folder.
 *
 * @param isQuick of the generated ones, only the smallest
 * @throws ArgumentsError when the folder cannot be read or has none
 */
export async function readPhotos(
  folder: string | undefined,
  isQuick = false,
): Promise<readonly Photo[]> {
  if (folder === undefined) return generatedPhotos(1, isQuick ? -1 : 0);
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => PHOTO.test(name)).sort();
  } catch (cause) {
    throw new ArgumentsError(`--photos: ${folder} is no folder that can be read`, { cause });
  }
  if (names.length === 0) throw new ArgumentsError(`--photos: ${folder} has no photos`);
  return Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(path.join(folder, name)) })),
  );
}
