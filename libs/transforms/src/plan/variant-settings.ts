import { colourSpaceOf, type ColourSpace } from '../builtin/colourspace.ts';
import { encodeOptions, type EncodeOptions } from '../builtin/encode.ts';
import { keptMetadata, type KeptMetadata } from '../builtin/metadata.ts';
import type { SourceFacts, Variant } from '../types.ts';

/** What a variant's `encode`, `metadata` and `colourspace` steps say. */
export interface VariantSettings {
  readonly encode: EncodeOptions;
  readonly metadata: KeptMetadata;
  readonly colourspace: ColourSpace;
}

export function variantSettings(variant: Variant, facts: SourceFacts): VariantSettings {
  const optionsOf = (name: string) =>
    variant.steps.find(({ transform }) => transform === name)?.options;
  return {
    encode: encodeOptions(optionsOf('encode'), facts.format),
    metadata: keptMetadata(optionsOf('metadata')),
    colourspace: colourSpaceOf(optionsOf('colourspace')),
  };
}
