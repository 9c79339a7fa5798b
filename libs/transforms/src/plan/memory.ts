import { isCompared, isSearched } from '../builtin/encoders/encodings.ts';
import type { SourceFacts } from '../image-engine.ts';
import { candidates } from './candidates.ts';
import type { FileStage, RenderPlan, Stage } from './render-plan.ts';
import { keepsGainMap } from './variant-settings.ts';

const MIB = 1024 * 1024;
const MEGAPIXEL = 1_000_000;

/** Node and sharp at rest, MiB; parallel jobs share it. */
export const BASE_MIB = 70;

/*
 * MiB at the peak of one job, measured with sharp 0.35.5 (docs/architecture.md): decoding holds a few rows, unless the
 * file is progressive or interlaced, when the whole picture is held; encoding holds its picture several times.
 */
const DECODE_MIB = 45;
const HELD_MIB = 28;
const HELD_MIB_PER_MEGAPIXEL = 2.9;
/** Full chroma doubles what a progressive JPEG's coefficients take. */
const HELD_MIB_PER_MEGAPIXEL_444 = 5.9;
/** AVIF is decoded as a whole, in the decoder's planes and in pixels. */
const AVIF_HELD_MIB = 110;
const AVIF_HELD_MIB_PER_MEGAPIXEL = 9;
const ENCODE_MIB_PER_MEGAPIXEL = 17;
const AVIF_MIB_PER_MEGAPIXEL = 26;
/** Of all frames together, which are laid down as well; they are encoded one by one. */
const ANIMATION_MIB_PER_MEGAPIXEL = 6;
const ANIMATION_HELD_MIB_PER_MEGAPIXEL = 3;
/** Of frames that are done with, until the garbage is collected. */
const ANIMATION_HELD_MIB = 105;
/** Raw pixels, RGBA: of which several files are written, or which are laid over a picture. */
const RAW_MIB_PER_MEGAPIXEL = 4;
/** Twice RGBA, and once more what the file is decoded to, where a file is compared with what was written. */
const COMPARED_MIB_PER_MEGAPIXEL = 12;
/** A process that has worked before keeps holes between its pieces; this with `MALLOC_ARENA_MAX=2`. */
const WARM_PROCESS = 1.5;

/** MiB that decoding holds beside its output. */
function decoding({ stages }: RenderPlan, facts: SourceFacts): number {
  const megapixels = (facts.width * facts.height) / MEGAPIXEL;
  if (stages.some((stage) => isMoving(stage, facts)))
    return ANIMATION_HELD_MIB + ANIMATION_HELD_MIB_PER_MEGAPIXEL * facts.pages * megapixels;
  if (facts.format === 'avif') return AVIF_HELD_MIB + AVIF_HELD_MIB_PER_MEGAPIXEL * megapixels;
  if (!facts.progressive) return DECODE_MIB;
  const isFullChroma = facts.format === 'jpeg' && facts.coding?.chromaSubsampling === '4:4:4';
  const perMegapixel = isFullChroma ? HELD_MIB_PER_MEGAPIXEL_444 : HELD_MIB_PER_MEGAPIXEL;
  const deep = facts.coding?.depth === 16 ? 2 : 1;
  return HELD_MIB + perMegapixel * deep * megapixels;
}

/** Pixels of all frames. */
function pixels({ shape, mode }: Stage, facts: SourceFacts): number {
  return shape.width * shape.height * (mode.animated ? facts.pages : 1);
}

/** MiB that an encoder holds. */
function encoding(stage: FileStage, facts: SourceFacts): number {
  return ((writing(stage, facts) + searching(stage)) * pixels(stage, facts)) / MEGAPIXEL;
}

/** MiB per megapixel of the encoder itself. */
function writing(stage: FileStage, facts: SourceFacts): number {
  if (isMoving(stage, facts)) return ANIMATION_MIB_PER_MEGAPIXEL;
  const isAvif = candidates(stage).some(({ format }) => format === 'avif');
  return isAvif ? AVIF_MIB_PER_MEGAPIXEL : ENCODE_MIB_PER_MEGAPIXEL;
}

function isMoving({ mode }: Stage, { pages }: SourceFacts): boolean {
  return mode.animated && pages > 1;
}

/** MiB per megapixel that choosing between several files holds. */
function searching(stage: FileStage): number {
  const encodings = candidates(stage);
  if (encodings.some(isCompared)) return RAW_MIB_PER_MEGAPIXEL + COMPARED_MIB_PER_MEGAPIXEL;
  return encodings.length > 1 || encodings.some(isSearched) ? RAW_MIB_PER_MEGAPIXEL : 0;
}

/** MiB for files whose size is not known yet: as large as it can be, and written by the most demanding encoder. */
function unmeasured(plan: RenderPlan, facts: SourceFacts): readonly number[] {
  return plan.unmeasured.flatMap(({ stage, variants }) => {
    const largest = plan.stages[stage];
    const mib = largest ? (AVIF_MIB_PER_MEGAPIXEL * pixels(largest, facts)) / MEGAPIXEL : 0;
    return variants.map(() => mib);
  });
}

/** MiB of the raw pixels between stages, all at once, which is the most that they can be. */
function materialised({ stages }: RenderPlan, facts: SourceFacts): number {
  return stages
    .filter(({ kind }) => kind === 'pixels')
    .map((stage) => (pixels(stage, facts) * (stage.shape.hasAlpha ? 4 : 3) * stage.mode.depth) / 8)
    .reduce((sum, bytes) => sum + bytes / MIB, 0);
}

/**
 * MiB of what steps lay over pictures, each at most as large as its picture: masks, marks. A step that does not tell
 * what it does may do so too, and one that works on raw pixels has a copy of them.
 */
function overlays({ stages }: RenderPlan, facts: SourceFacts): number {
  const sizes = stages.flatMap(({ operations, mode }) =>
    operations
      .filter(({ slots }) => slots?.includes('composite') ?? true)
      .map(({ output }) => output.width * output.height * (mode.animated ? facts.pages : 1)),
  );
  return sizes.reduce((sum, size) => sum + (RAW_MIB_PER_MEGAPIXEL * size) / MEGAPIXEL, 0);
}

/** MiB of a gain map, if the upload has one, that is as large as the upload and as the largest output that keeps it, each laid down and turned. */
function gainMaps({ stages }: RenderPlan, facts: SourceFacts): number {
  const sizes = stages
    .filter((stage) => stage.kind === 'file' && keepsGainMap(stage.settings))
    .map((stage) => pixels(stage, facts));
  if (sizes.length === 0 || !facts.otherPictures) return 0;
  const size = 2 * (facts.width * facts.height + Math.max(...sizes));
  return (RAW_MIB_PER_MEGAPIXEL * size) / MEGAPIXEL;
}

/**
 * MiB that one upload takes at its peak beside `BASE_MIB`, told by its header and its plan before any pixel is read:
 * the file, the pixels that are laid down and laid over, and the larger one of decoding and of `concurrency` encoders at once. It
 * errs on the safe side.
 */
export function estimateMemory(facts: SourceFacts, plan: RenderPlan, concurrency: number): number {
  const encoders = plan.stages
    .flatMap((stage) => (stage.kind === 'file' ? [encoding(stage, facts)] : []))
    .concat(unmeasured(plan, facts))
    .sort((a, b) => b - a)
    .slice(0, concurrency)
    .reduce((sum, mib) => sum + mib, 0);
  const work = Math.max(decoding(plan, facts), encoders);
  return (
    (facts.bytes / MIB +
      materialised(plan, facts) +
      overlays(plan, facts) +
      gainMaps(plan, facts) +
      work) *
    WARM_PROCESS
  );
}
