import { OUTPUT_FILES, OUTPUT_FORMATS, type SourceFacts } from '@darkroom/transforms';
import { type ManifestOutput } from '../contract/manifest.ts';
import { type Origin, readLabel } from '../contract/metadata.ts';
import { wantedVariants } from '../recipe/pages.ts';
import { type OutputFolder, waitForAll } from './output-folder.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { OutputKeys } from '../contract/keys.ts';

/**
 * Finds outputs of an earlier attempt at the same upload, in the form of the manifest. Call it after the upload was
 * read: for the protocol, to find such an output is the same as to write its bytes again.
 *
 * @throws PipelineError `CONFLICT` if one of them has changed since the listing
 */
export async function outputsAlreadyThere(
  { recipe, keys }: { readonly recipe: Recipe; readonly keys: OutputKeys },
  folder: OutputFolder,
  facts: SourceFacts,
  origin: Origin,
): Promise<readonly ManifestOutput[]> {
  const listed = wantedVariants(recipe, facts)
    .flatMap(({ name }) => OUTPUT_FORMATS.map((format) => keys.output(name, format)))
    .flatMap((key) => {
      const eTag = folder.objects.get(key);
      return eTag === undefined ? [] : [{ key, eTag }];
    });
  const found = await waitForAll(
    listed.map(async ({ key, eTag }): Promise<readonly ManifestOutput[]> => {
      const label = readLabel(await folder.metadata(key), origin);
      // An object that was copied to another key does not become that variant.
      if (!label || keys.output(label.variant, label.format) !== key) return [];
      const { contentType } = OUTPUT_FILES[label.format];
      return [{ ...label, key, contentType, eTag }];
    }),
  );
  // One for each variant: two builds may have chosen different formats for it.
  return [...new Map(found.flat().map((output) => [output.variant, output])).values()];
}
