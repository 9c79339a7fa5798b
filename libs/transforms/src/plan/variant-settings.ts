import { type ColourSpace, colourSpaceOf } from '../builtin/colourspace.ts';
import type { EncodeOptions } from '../builtin/encode.ts';
import { encodingsOf } from '../builtin/encoders/encodings.ts';
import { type KeptMetadata, keptMetadata } from '../builtin/metadata.ts';
import { DEFAULT_EFFORT, type Effort, type SourceFacts, type Variant } from '../image-engine.ts';

/** What a variant's `encode`, `metadata` and `colourspace` steps say. */
export interface VariantSettings {
  /** What the file may be, the smallest of which is chosen; mostly one. */
  readonly encodings: readonly EncodeOptions[];
  /** Index of the `encode` step; left out where there is none. */
  readonly encodeStep?: number;
  readonly metadata: KeptMetadata;
  readonly colourspace: ColourSpace;
  /** As the variant has it. */
  readonly animated: 'keep' | 'first';
}

export function variantSettings(
  variant: Pick<Variant, 'steps' | 'animated'>,
  facts: Pick<SourceFacts, 'format'>,
  effort: Effort = DEFAULT_EFFORT,
): VariantSettings {
  const encodeStep = variant.steps.findIndex(({ transform }) => transform === 'encode');
  const optionsOf = (name: string) =>
    variant.steps.find(({ transform }) => transform === name)?.options;
  return {
    encodings: encodingsOf(optionsOf('encode'), facts.format, effort),
    ...(encodeStep < 0 ? {} : { encodeStep }),
    metadata: keptMetadata(optionsOf('metadata')),
    colourspace: colourSpaceOf(optionsOf('colourspace')),
    animated: variant.animated ?? 'keep',
  };
}

/** Whether the upload's gain map stays, in a file that is or may be a JPEG. */
export function keepsGainMap({ metadata, encodings }: VariantSettings): boolean {
  return metadata.gainMap && encodings.some(({ format }) => format === 'jpeg');
}
