import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SOURCE_FORMATS } from '@darkroom/transforms';
import { CommandError } from '../command-error.ts';
import { pathOf } from '../path-of.ts';

/** A picture to render. */
export interface Photo {
  /** As people see it. */
  readonly name: string;
  readonly file: string;
  /** Its key below the prefix of the recipe: the file's name, or its path in the given folder. */
  readonly key: string;
  readonly bytes: number;
}

export interface FoundPhotos {
  readonly photos: readonly Photo[];
  /** Files in folders whose extension is not one of a picture. */
  readonly ignored: number;
}

/** Of the formats whose name is not the only one. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  jpeg: ['jpg', 'jpeg'],
  tiff: ['tif', 'tiff'],
  svg: ['svg', 'svgz'],
  heic: ['heic', 'heif'],
};

/** Pictures that the recipe rejects by their built-in format are tried, too. */
function extensionsOf(formats: readonly string[]): readonly string[] {
  return [...new Set([...SOURCE_FORMATS, ...formats])].flatMap((one) => EXTENSIONS[one] ?? [one]);
}

/**
 * Finds files and the pictures in folders. A file that is named itself may have any extension.
 * @param formats of the recipe
 * @throws CommandError if a path does not exist, if there is no picture, or if two photos have the same key
 */
export async function findPhotos(
  paths: readonly string[],
  formats: readonly string[],
): Promise<FoundPhotos> {
  const extensions = extensionsOf(formats);
  const photos: Photo[] = [];
  let ignored = 0;
  for (const given of paths) {
    const file = pathOf(given);
    const entry = await stat(file).catch((cause: unknown) => {
      throw new CommandError(`${given} cannot be read: ${(cause as Error).message}`, {
        cause,
        remedy: 'Give the path of a picture or of a folder with pictures.',
      });
    });
    if (!entry.isDirectory()) {
      photos.push({ name: given, file, key: path.basename(file), bytes: entry.size });
      continue;
    }
    const found = await walk(file, extensions);
    ignored += found.ignored;
    for (const { relative, bytes } of found.files)
      photos.push({
        name: path.join(given, relative),
        file: path.join(file, relative),
        key: relative.split(path.sep).join('/'),
        bytes,
      });
  }
  if (photos.length === 0)
    throw new CommandError(`${paths.join(', ')}: the folder has no pictures`, {
      remedy: `Pictures in folders are files named ${extensions.map((one) => `.${one}`).join(', ')}.`,
    });
  const seen = new Map<string, Photo>();
  for (const photo of photos) {
    const other = seen.get(photo.key);
    if (other)
      throw new CommandError(`${other.name} and ${photo.name} would both be "${photo.key}"`, {
        remedy: 'Name each photo once, or give the folder that contains both.',
      });
    seen.set(photo.key, photo);
  }
  return { photos, ignored };
}

/** Does not follow links out of the folder, and skips hidden files. */
async function walk(folder: string, extensions: readonly string[]) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: { relative: string; bytes: number }[] = [];
  let ignored = 0;
  for (const entry of entries) {
    const relative = path.relative(folder, path.join(entry.parentPath, entry.name));
    if (!entry.isFile() || relative.split(path.sep).some((part) => part.startsWith('.'))) continue;
    if (!extensions.includes(path.extname(entry.name).slice(1).toLowerCase())) {
      ignored++;
      continue;
    }
    files.push({ relative, bytes: (await stat(path.join(folder, relative))).size });
  }
  return { files: files.sort((a, b) => (a.relative < b.relative ? -1 : 1)), ignored };
}
