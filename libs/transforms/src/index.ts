export type { AnyPixels, RawPixels } from './bound-transform.ts';
export { builtinTransforms } from './builtin/index.ts';
export { colourSchema, opacityOf, rgbOf } from './builtin/shared/colour.ts';
export { lengthInPixels, lengthSchema, type Length } from './builtin/shared/length.ts';
export { createCatalog, type Catalog } from './catalog/catalog.ts';
export { checkSteps } from './catalog/step-schema.ts';
export {
  type ColourCodes,
  type DecodedFile,
  type DecodedPixels,
  type Decoder,
  type DecoderErrorCode,
  type DecoderHeader,
  defineDecoder,
  type HeaderRequest,
  listDecoders,
  type ReadRequest,
  type SampleDepth,
  type SampleValues,
} from './define-decoder.ts';
export type { Display, StretchDisplay, WindowDisplay } from './display/display.ts';
export { isDisplayStep } from './plan/display-of.ts';
export { defineTransform, type Transform } from './define-transform.ts';
export {
  DEFAULT_PLACEHOLDER,
  NO_PLACEHOLDER,
  hasPages,
  isAnimation,
  isPictureFormat,
  MEASURES,
  OUTPUT_FILES,
  OUTPUT_FORMATS,
  PICTURE_FORMATS,
  SOURCE_FORMATS,
  type DecoderOptions,
  type ImageEngine,
  type EstimateRequest,
  type Measure,
  type MeasuredChannel,
  type OutputFormat,
  type PictureFormat,
  type PlaceholderParts,
  type Rendered,
  type PlannedCell,
  type RenderedCell,
  type RenderedOutput,
  type RenderEstimate,
  type RenderRequest,
  type Resolution,
  type SourceFacts,
  type SkippedVariant,
  type SourceFormat,
  type Step,
  type Survey,
  type Variant,
} from './image-engine.ts';
export { ImageError, NotApplicableError, type ImageErrorCode } from './image-error.ts';
export { describePlan } from './plan/describe.ts';
export { makePlan } from './plan/make-plan.ts';
export { makesSheet } from './plan/montage-part.ts';
export { planSheet, type PlannedSheet } from './plan/sheet.ts';
export { decodeCost, openingSeconds, type DecodeCost } from './cost/decode-cost.ts';
export { heifCodedBytes, scanStructure, type Structure } from './cost/structure.ts';
export {
  ALLOCATOR_VARIABLES,
  BASE_MIB,
  estimateRender,
  leftByPages,
  pageFileSeconds,
  leastRenderMemory,
} from './plan/estimate.ts';
export { readSideFileName, sideFileSchema, type SideFileName } from './side-file-name.ts';
