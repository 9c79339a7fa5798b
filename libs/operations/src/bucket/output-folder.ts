import type { ListedObject } from './bucket-reader.ts';
import { folderOf } from './folder-order.ts';
import type { Nesting } from './nested-stream.ts';

/** What stands directly in one folder of the processed bucket. */
export interface OutputFolder {
  /** Ends in `/`. */
  readonly path: string;
  /** All of its objects. */
  count: number;
  /** Key and ETag of the first of them, and of the manifest wherever it stands among them. */
  readonly objects: [key: string, eTag: string][];
}

export function manifestOf(folder: OutputFolder): string | undefined {
  const manifest = `${folder.path}manifest.json`;
  return folder.objects.find(([key]) => key === manifest)?.[0];
}

/** The key whose outputs would stand here, were it short enough. */
export function keyOf({ path }: Pick<OutputFolder, 'path'>): string {
  return path.slice(0, -1);
}

/**
 * @param most objects of one folder that are kept: a bucket may hold a million in one, which nobody has to remember to
 * know that they are too many
 */
export function outputFolders(most: number): Nesting<OutputFolder> {
  const add = (folder: OutputFolder, { key, eTag }: ListedObject) => {
    if (folderOf(key) !== folder.path) return false;
    folder.count += 1;
    if (folder.objects.length < most || key === `${folder.path}manifest.json`)
      folder.objects.push([key, eTag]);
    return true;
  };
  return {
    open(object) {
      const folder = { path: folderOf(object.key), count: 0, objects: [] };
      add(folder, object);
      return folder;
    },
    add,
    encloses: ({ path }, key) => key.startsWith(path),
  };
}
