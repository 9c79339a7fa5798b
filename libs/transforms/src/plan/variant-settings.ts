import { type ColourSpace, colourSpaceOf } from '../builtin/colourspace.ts';
import type { EncodeOptions } from '../builtin/encode.ts';
import { encodingsOf } from '../builtin/encoders/encodings.ts';
import { type KeptMetadata, keptMetadata } from '../builtin/metadata.ts';
import type { Display } from '../display/display.ts';
import { DEFAULT_EFFORT, type Effort, type SourceFacts, type Variant } from '../image-engine.ts';
import { displayOf } from './display-of.ts';
import { isCell } from './montage-part.ts';

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
  /** The file is a cell of a sheet, without a loss and not compressed. */
  readonly cell?: true;
}

/** Of a cell: fast, and without a loss. */
const CELL = { format: 'png', compressionLevel: 0 } as const;

export function variantSettings(
  variant: Pick<Variant, 'steps' | 'animated'>,
  { format, sheetOf }: Pick<SourceFacts, 'format' | 'sheetOf'>,
  effort: Effort = DEFAULT_EFFORT,
): VariantSettings {
  const encodeStep = variant.steps.findIndex(({ transform }) => transform === 'encode');
  // The values of the file are those of the cells.
  const display = sheetOf === undefined ? displayOf(variant.steps) : undefined;
  const optionsOf = (name: string) =>
    variant.steps.find(({ transform }) => transform === name)?.options;
  const metadata = keptMetadata(optionsOf('metadata'));
  if (isCell(variant.steps, { sheetOf })) {
    return {
      encodings: encodingsOf(CELL, 'png', 'balanced'),
      // A sheet has no size on paper.
      metadata: { ...metadata, resolution: false },
      colourspace: colourSpaceOf(optionsOf('colourspace')),
      ...(display && { display }),
      ...{ animated: 'first', cell: true },
    };
  }
  return {
    encodings: encodingsOf(optionsOf('encode'), sheetOf ?? format, effort),
    ...(encodeStep < 0 ? {} : { encodeStep }),
    metadata,
    colourspace: colourSpaceOf(optionsOf('colourspace')),
    ...(display && { display }),
    animated: variant.animated ?? 'keep',
  };
}

/** Whether the variant keeps the upload's gain map and can be a JPEG. */
export function keepsGainMap({ metadata, encodings }: VariantSettings): boolean {
  return metadata.gainMap && encodings.some(({ format }) => format === 'jpeg');
}
