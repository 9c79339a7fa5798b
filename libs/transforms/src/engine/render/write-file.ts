import type { Metadata, Sharp } from 'sharp';
import type { EncodeOptions } from '../../builtin/encode.ts';
import { isSearched } from '../../builtin/encoders/encodings.ts';
import type { Playback } from '../../builtin/encoders/shared-options.ts';
import { stepError } from '../../image-error.ts';
import { candidates } from '../../plan/candidates.ts';
import type { FileStage } from '../../plan/render-plan.ts';
import { leavesFloats } from '../../sharp-order.ts';
import type { EncodedFile } from '../encode/encode-once.ts';
import { encodeSmallest } from '../encode/encode-smallest.ts';
import { TooManyBytes } from '../encode/fit-bytes.ts';
import { fileMetadata, headerFor } from './file-metadata.ts';
import { frameOf, openFrames } from './picture.ts';
import type { RenderJob } from './run-step.ts';
import { writePdf } from './write-pdf.ts';

/** Maximum delay, ms, and maximum loop count of sharp. GIF allows ten times the delay. */
const MAX_PLAYBACK = 65_535;

/** Playback of the upload's animation, limited to values that sharp can write. */
function playbackOf({ delay, loop }: Partial<Metadata> = {}): Playback {
  return {
    ...(delay ? { delay: delay.map((milliseconds) => Math.min(milliseconds, MAX_PLAYBACK)) } : {}),
    ...(loop !== undefined ? { loop: Math.min(loop, MAX_PLAYBACK) } : {}),
  };
}

/**
 * Whether sharp would convert to Display P3 at the wrong point: it negates after the conversion, and it assumes that 16-bit
 * pixels without a profile are Display P3 (pipeline.cc, 374 and 919).
 */
function comesBeforeColours(
  { input, operations, settings }: FileStage,
  { facts }: RenderJob,
): boolean {
  if (settings.colourspace !== 'p3') return false;
  const isDeep = input === 'upload' && facts.coding?.depth === 16;
  return isDeep || operations.some(({ slots }) => slots?.includes('negate') ?? true);
}

/** Whether a TIFF would contain floating-point pixels: four times as large, and few programs can display them. */
function wouldBeFloats({ operations }: FileStage, encodings: readonly EncodeOptions[]): boolean {
  return (
    encodings.some(({ format }) => format === 'tiff') &&
    operations.some(({ slots }) => leavesFloats(slots))
  );
}

/** Returns a function that opens the pixels as often as needed. Pixels that are read once are not materialised. */
async function openerOf(
  pipeline: Sharp,
  stage: FileStage,
  encodings: readonly EncodeOptions[],
  job: RenderJob,
): Promise<() => Sharp> {
  const { mode, shape } = stage;
  const isRepeated = encodings.length > 1 || encodings.some(isSearched);
  // `withMetadata` would keep all metadata of the upload; materialised pixels have no metadata.
  const isTagged = (shape.orientation !== 1 || stage.density !== undefined) && !mode.animated;
  const isFit = !comesBeforeColours(stage, job) && !wouldBeFloats(stage, encodings);
  if (!isRepeated && !isTagged && isFit) return () => pipeline;
  if (!mode.animated) {
    const frame = await frameOf(pipeline, stage);
    return () => frame.open();
  }
  const tall = await frameOf(pipeline, { mode, operations: [] });
  return () => openFrames(tall, shape.height);
}

/**
 * Encodes the pixels of a lazy pipeline with the stage's settings.
 * @throws ImageError `NOT_APPLICABLE` if the file cannot fit into `maxBytes`
 */
export async function writeFile(
  pipeline: Sharp,
  stage: FileStage,
  job: RenderJob,
): Promise<EncodedFile> {
  const encodings = candidates(stage);
  const [first] = encodings;
  if (first?.format === 'pdf') return writePdf(pipeline, stage, first, job);
  const { width, height } = stage.shape;
  const open = await openerOf(pipeline, stage, encodings, job);
  const header = await headerFor(stage, job);
  const withMetadata = await fileMetadata(stage, header);
  const picture = {
    open: () => withMetadata(open()),
    longerSide: Math.max(width, height),
    // Raw pixels do not carry playback data.
    ...(stage.mode.animated ? { playback: playbackOf(header) } : {}),
    density: stage.density,
    signal: job.signal,
  };
  try {
    return await encodeSmallest(picture, encodings);
  } catch (cause) {
    if (!(cause instanceof TooManyBytes)) throw cause;
    const { variant, settings } = stage;
    const { encodeStep: step = 0 } = settings;
    throw stepError({ recipe: job.recipe, variant, step, transform: 'encode' }, cause);
  }
}
