import { type ColourSpace, colourSpaceOf } from '../builtin/colourspace.ts';
import type { EncodeOptions } from '../builtin/encode.ts';
import { encodingsOf } from '../builtin/encoders/encodings.ts';
import { type KeptMetadata, keptMetadata } from '../builtin/metadata.ts';
import type { Display } from '../display/display.ts';
import { DEFAULT_EFFORT, type Effort, type SourceFacts, type Variant } from '../image-engine.ts';
import { displayOf } from './display-of.ts';

/** Settings from a variant's `encode`, `metadata` and `colourspace` steps. */
export interface VariantSettings {
  /** Candidate encodings; the smallest file is kept. Usually one. */
  readonly encodings: readonly EncodeOptions[];
  /** Index of the `encode` step; left out if the variant has none. */
  readonly encodeStep?: number;
  readonly metadata: KeptMetadata;
  readonly colourspace: ColourSpace;
  /** How values of the file are shown; left out: as the file says. */
  readonly display?: Display;
  /** The variant's `animated`. */
  readonly animated: 'keep' | 'first';
}

export function variantSettings(
  variant: Pick<Variant, 'steps' | 'animated'>,
  facts: Pick<SourceFacts, 'format'>,
  effort: Effort = DEFAULT_EFFORT,
): VariantSettings {
  const encodeStep = variant.steps.findIndex(({ transform }) => transform === 'encode');
  const display = displayOf(variant.steps);
  const optionsOf = (name: string) =>
    variant.steps.find(({ transform }) => transform === name)?.options;
  return {
    encodings: encodingsOf(optionsOf('encode'), facts.format, effort),
    ...(encodeStep < 0 ? {} : { encodeStep }),
    metadata: keptMetadata(optionsOf('metadata')),
    colourspace: colourSpaceOf(optionsOf('colourspace')),
    ...(display && { display }),
    animated: variant.animated ?? 'keep',
  };
}

/** Whether the variant keeps the upload's gain map and can be a JPEG. */
export function keepsGainMap({ metadata, encodings }: VariantSettings): boolean {
  return metadata.gainMap && encodings.some(({ format }) => format === 'jpeg');
}
