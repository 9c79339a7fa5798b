import { OUTPUT_FILES, OUTPUT_FORMATS, type SourceFacts } from '@darkroom/transforms';
import { type ManifestOutput } from '../contract/manifest.ts';
import { type Origin, readLabel } from '../contract/metadata.ts';
import { holds } from '../recipe/when.ts';
import { type OutputFolder, waitForAll } from './output-folder.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { OutputKeys } from '../contract/keys.ts';

/**
 * Outputs that an earlier attempt at the same upload has left, as the manifest will name them. To be asked after the
 * upload was read: to the protocol, finding such an output is putting the same bytes there again.
 *
 * @throws PipelineError `CONFLICT` where one of them is no longer what was listed
 */
export async function outputsAlreadyThere(
  { recipe, keys }: { readonly recipe: Recipe; readonly keys: OutputKeys },
  folder: OutputFolder,
  facts: SourceFacts,
  origin: Origin,
): Promise<readonly ManifestOutput[]> {
  const wanted = recipe.variants.filter(({ when }) => holds(when, facts));
  const listed = wanted
    .flatMap(({ name }) => OUTPUT_FORMATS.map((format) => keys.output(name, format)))
    .flatMap((key) => {
      const eTag = folder.objects.get(key);
      return eTag === undefined ? [] : [{ key, eTag }];
    });
  const found = await waitForAll(
    listed.map(async ({ key, eTag }): Promise<readonly ManifestOutput[]> => {
      const label = readLabel(await folder.metadata(key), origin);
      // A copy that somebody made under another name does not become that variant.
      if (!label || keys.output(label.variant, label.format) !== key) return [];
      const { contentType } = OUTPUT_FILES[label.format];
      return [{ ...label, key, contentType, eTag }];
    }),
  );
  // One for each variant: two builds may have chosen different formats for it.
  return [...new Map(found.flat().map((output) => [output.variant, output])).values()];
}
