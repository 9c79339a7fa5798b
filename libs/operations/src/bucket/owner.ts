import { outputMetadata, parseManifest, type Manifest } from '@darkroom/pipeline';
import type { BucketReader } from './bucket-reader.ts';
import { manifestOf, type OutputFolder } from './output-folder.ts';

/** @returns nothing where there is no manifest, or none of ours */
export async function readManifest(
  outputs: BucketReader,
  folder: OutputFolder,
): Promise<Manifest | undefined> {
  const manifest = manifestOf(folder);
  const bytes = manifest === undefined ? undefined : await outputs.read(manifest);
  return bytes && parseManifest(bytes);
}

/** Whether these are the key's outputs: its manifest says so, or, where a worker died before it wrote one, each output. */
export async function belongsTo(
  key: string,
  outputs: BucketReader,
  folder: OutputFolder,
): Promise<boolean> {
  const manifest = await readManifest(outputs, folder);
  if (manifest) return manifest.source.key === key;
  const metadata = await metadataOf(outputs, folder);
  const own = outputMetadata(key, '', '');
  const names = ['source-key', 'source-key-sha256'] as const;
  return metadata !== undefined && names.every((name) => metadata[name] === own[name]);
}

/**
 * Whose outputs these are, by the same signs.
 *
 * @returns nothing where the folder does not say: Darkroom has not written it, or the key is too long for a header
 */
export async function ownerOf(
  outputs: BucketReader,
  folder: OutputFolder,
): Promise<string | undefined> {
  const manifest = await readManifest(outputs, folder);
  if (manifest) return manifest.source.key;
  const encoded = (await metadataOf(outputs, folder))?.['source-key'];
  return encoded === undefined ? undefined : decode(encoded);
}

async function metadataOf(outputs: BucketReader, folder: OutputFolder) {
  const first = folder.objects[0]?.[0];
  return first === undefined ? undefined : outputs.head(first);
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
