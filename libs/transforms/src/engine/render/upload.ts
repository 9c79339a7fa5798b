import sharp, { type Sharp } from 'sharp';
import type { Display } from '../../display/display.ts';
import type { Size, SourceFacts } from '../../image-engine.ts';
import type { DecodeMode } from '../../plan/render-plan.ts';
import type { ToSrgb } from '../colour/to-srgb.ts';
import { failOnOf } from '../inspect/unsupported-coding.ts';
import { frameOf, framesOf, type Picture } from './picture.ts';

/** An upload and its facts. */
export interface Upload {
  readonly source: Uint8Array;
  readonly facts: SourceFacts;
  /** Of the pixels, if it is not that of the facts. */
  readonly size?: Size | undefined;
  /** The file that is decoded, if it is not `source`. */
  readonly pixels?: ((display: Display | undefined) => Promise<Uint8Array>) | undefined;
  /** Of the upload's profile. */
  readonly toSrgb?: (() => Promise<ToSrgb>) | undefined;
}

/** Lazily opens the upload for decoding in one of the plan's modes. */
export async function openUpload(
  { source, facts, pixels, size = facts }: Upload,
  mode: DecodeMode,
  isConvertedLater = false,
): Promise<Sharp> {
  const { profile = 'none', depth = 8, space = 'rgb' } = facts.coding ?? {};
  // sharp converts 16-bit pixels with a profile to Display P3, not sRGB (pipeline.cc, 374). They are therefore converted
  // at the end of the pipeline.
  const convertLast = depth === 16 && profile === 'other' && space === 'rgb' && !mode.keepColours;
  const image = sharp(await (pixels ? pixels(mode.display) : source), {
    // A truncated picture is corrupt; sharp would otherwise fill the rest with grey.
    failOn: failOnOf(facts.structure),
    // Rejects a file that is larger than its header declares; the limits are already checked.
    limitInputPixels: size.width * size.height * (mode.animated ? facts.pages : 1),
    ignoreIcc: profile === 'srgb' || mode.keepColours || convertLast || isConvertedLater,
    animated: mode.animated,
  });
  return convertLast ? image.withIccProfile('srgb', { attach: false }) : image;
}

/** Decodes the upload's frames; without `animated`, only the first one. */
export async function decodeFrames(upload: Upload, mode: DecodeMode): Promise<Picture> {
  const tall = await frameOf(await openUpload(upload, mode), { mode, operations: [] });
  return framesOf(tall, mode.animated ? upload.facts.pages : 1);
}
