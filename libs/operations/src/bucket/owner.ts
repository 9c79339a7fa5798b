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

/**
 * Whose outputs these are: the manifest's source, or, where a worker died before it wrote one, what every output tells in
 * its metadata.
 *
 * @returns nothing where the folder does not say: Darkroom has not written it, or the key is too long for a header
 */
export async function ownerOf(
  outputs: BucketReader,
  folder: OutputFolder,
): Promise<string | undefined> {
  const manifest = await readManifest(outputs, folder);
  if (manifest) return manifest.source.key;
  const first = folder.objects[0]?.[0];
  const metadata = first === undefined ? undefined : await outputs.head(first);
  return decode(metadata?.['source-key']);
}

function decode(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  try {
    const key = decodeURIComponent(encoded);
    // Only what the pipeline itself would have written.
    return outputMetadata(key, '', '')['source-key'] === encoded ? key : undefined;
  } catch {
    return undefined;
  }
}
