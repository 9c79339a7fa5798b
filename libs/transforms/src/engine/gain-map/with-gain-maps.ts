import { encode } from '../../builtin/encode.ts';
import { metadata } from '../../builtin/metadata.ts';
import {
  NO_PLACEHOLDER,
  type Rendered,
  type RenderedOutput,
  type RenderRequest,
  type Step,
  type Variant,
} from '../../image-engine.ts';
import { appliesToGainMap } from '../../plan/gain-map-steps.ts';
import { keepsGainMap, variantSettings } from '../../plan/variant-settings.ts';
import { type GainMapFile, ultraHdrFile, gainMapOf, asUpload } from './gain-map-picture.ts';
import { type GainMap, readGainMap } from './read-gain-map.ts';

type Render = (request: RenderRequest) => AsyncIterable<Rendered>;

const stepOf = (transform: string, options: unknown): Step => ({
  transform,
  options: options as Step['options'],
});

/** Steps without an effect, and a file without a loss. */
const replacements = () => ({
  nothing: stepOf(metadata.name, metadata.options.parse({})),
  lossless: stepOf(encode.name, encode.options.parse({ format: 'png', compressionLevel: 0 })),
});

/** Keeps only the variant's geometry. Steps keep their indexes, which error messages use. */
function geometryOf({ name, steps }: Variant): Variant {
  const { nothing, lossless } = replacements();
  return {
    name,
    steps: [...steps.map((step) => (appliesToGainMap(step) ? step : nothing)), lossless],
  };
}

/** Makes the maps of all variants from one decode. */
async function fitted(
  map: GainMap,
  keeping: readonly Variant[],
  request: RenderRequest,
  render: Render,
): Promise<ReadonlyMap<string, GainMapFile>> {
  const { recipe, signal, done } = request;
  const upload = await asUpload(map, request.facts);
  const maps = new Map<string, GainMapFile>();
  if (!upload) return maps;
  const variants = keeping.map(geometryOf);
  for await (const made of render({
    ...upload,
    recipe,
    variants,
    placeholder: NO_PLACEHOLDER,
    concurrency: 1,
    ...(signal ? { signal } : {}),
    ...(done ? { done } : {}),
  })) {
    if (made.kind === 'output') maps.set(made.variant, await gainMapOf(made, map, request.facts));
  }
  return maps;
}

/** Adds the upload's gain map to JPEG outputs whose variants keep it, cropped and scaled like the output. */
export async function* withGainMaps(
  outputs: AsyncIterable<Rendered>,
  request: RenderRequest,
  render: Render,
): AsyncGenerator<Rendered, void> {
  const { source, facts } = request;
  const asking = facts.otherPictures
    ? request.variants
        .map((variant) => ({ variant, settings: variantSettings(variant, facts) }))
        .filter(({ settings }) => keepsGainMap(settings))
    : [];
  const map = asking.length > 0 ? await readGainMap(source, facts.width * facts.height) : undefined;
  // Gains per colour are valid only for the upload's own colours: keep them only if the colours stay.
  const isForOwnColours = map?.isColoured && facts.coding?.profile === 'other';
  const keeping = asking
    .filter(({ settings }) => !isForOwnColours || settings.colourspace === 'keep')
    .map(({ variant }) => variant);
  const names = new Set(keeping.map(({ name }) => name));
  let maps: Promise<ReadonlyMap<string, GainMapFile>> | undefined;
  const withMap = async (output: RenderedOutput, kept: GainMap): Promise<RenderedOutput> => {
    maps ??= fitted(kept, keeping, request, render);
    const own = (await maps).get(output.variant);
    return own ? { ...output, bytes: await ultraHdrFile(output, own, kept.metadata) } : output;
  };
  for await (const made of outputs) {
    const isKeeping = made.kind === 'output' && made.format === 'jpeg' && names.has(made.variant);
    yield map && isKeeping ? await withMap(made, map) : made;
  }
}
