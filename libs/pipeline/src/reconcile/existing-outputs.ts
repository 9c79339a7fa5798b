import { OUTPUT_FILES, OUTPUT_FORMATS, type SourceFacts } from '@darkroom/transforms';
import type { Job } from './make-outputs.ts';
import type { ManifestOutput } from '../contract/manifest.ts';
import type { OutputFolder } from './output-folder.ts';
import { readLabel, type Origin } from './output-label.ts';
import { holds } from '../recipe/when.ts';
import { settle } from './settle.ts';

/**
 * Outputs that an earlier attempt at the same upload has left, as the manifest will name them. To be asked after the
 * upload was read: to the protocol, finding such an output is putting the same bytes there again.
 *
 * @throws PipelineError `CONFLICT` where one of them is no longer what was listed
 */
export async function outputsAlreadyThere(
  { recipe, keys }: Pick<Job, 'recipe' | 'keys'>,
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
  const found = await settle(
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
