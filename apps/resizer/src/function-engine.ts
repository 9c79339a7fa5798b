import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  catalog,
  type Environment,
  type Recipe,
  SIDE_FILES_FOLDER,
  sideFilesOf,
  readersOf,
} from '@darkroom/pipeline';
import { type ImageEngine, readSideFileName } from '@darkroom/transforms';
import { createEngine, type ReadSideFile } from '@darkroom/transforms/engine';
import type { S3Sender } from './direct-s3.ts';
import { s3ObjectStore } from './object-store.ts';

/** The function's engine, in each of its processes. @param root folder of the package */
export function createFunctionEngine(
  environment: Environment,
  root: string,
  s3: S3Sender,
): ImageEngine {
  return createEngine({
    catalog,
    ...readersOf(environment.recipes),
    readSideFile: sideFileReader({ ...environment, root, s3 }),
  });
}

export interface SideFileOptions {
  /** Only what they name is read. */
  readonly recipes: readonly Recipe[];
  /** Folder of the function's package. */
  readonly root: string;
  readonly s3: S3Sender;
  readonly sourceBucket: string;
}

/** Reads the side files that the recipes name, from the function's package or from the source bucket. */
export function sideFileReader(options: SideFileOptions): ReadSideFile {
  const named = new Set(sideFilesOf(options.recipes));
  return async (name, { signal, maxBytes }) => {
    if (!named.has(name)) throw new Error(`no recipe names the side file ${JSON.stringify(name)}`);
    const { from, path: file } = readSideFileName(name);
    return from === 'bundle'
      ? readBundled(path.join(options.root, SIDE_FILES_FOLDER, file), maxBytes, signal)
      : readObject(s3ObjectStore(options.s3, options.sourceBucket, signal), file, maxBytes);
  };
}

async function readBundled(file: string, maxBytes: number, signal: AbortSignal) {
  const { size } = await stat(file);
  if (size > maxBytes) throw tooLarge(file, size, maxBytes);
  return readFile(file, { signal });
}

async function readObject(
  bucket: ReturnType<typeof s3ObjectStore>,
  key: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const found = await bucket.get(key);
  if (found.kind !== 'found') throw new Error(`${key} does not exist in ${bucket.bucket}`);
  if (found.bytes > maxBytes) {
    found.discard();
    throw tooLarge(key, found.bytes, maxBytes);
  }
  return found.read();
}

function tooLarge(name: string, bytes: number, maxBytes: number): Error {
  return new Error(`${name} has ${bytes} bytes; at most ${maxBytes} are read`);
}
