import { holdsAnimation } from '../builtin/encoders/encodings.ts';
import type { SourceFacts } from '../image-engine.ts';
import type { DecodeMode } from './render-plan.ts';
import type { VariantSettings } from './variant-settings.ts';

/** What holds for a decode whatever the variants ask for. */
interface SourcePixels {
  /** Why only geometry may share the decoding pipeline, as words for the pixels in it. */
  readonly unusual?: string;
  /** Why no step may share it. */
  readonly sealed?: string;
}

/** The decode that a variant needs; without settings, the placeholder's. */
export function decodeMode(facts: SourceFacts, settings?: VariantSettings): DecodeMode {
  const { depth = 8, space = 'rgb', profile = 'none' } = facts.coding ?? {};
  const { encodings = [], colourspace = 'srgb' } = settings ?? {};
  const keep = colourspace === 'keep';
  const isWide = colourspace === 'p3' && profile === 'other' && space === 'rgb';
  const isDeep = encodings.every(({ format }) => format === 'png' || format === 'tiff');
  const animated =
    settings?.animated !== 'first' &&
    facts.pages > 1 &&
    (facts.format === 'gif' || facts.format === 'webp') &&
    encodings.some(holdsAnimation);
  return {
    animated,
    // What comes out is RGB, which a profile of other pixels does not describe. Frames have no place for a profile.
    keepColours: !animated && (isWide || (keep && profile !== 'none' && space === 'rgb')),
    depth: keep && depth === 16 && isDeep ? 16 : 8,
  };
}

export function decodeModeKey({ animated, keepColours, depth }: DecodeMode): string {
  return `${animated ? 'frames' : 'first'} ${keepColours ? 'own colours' : 'srgb'} ${depth}`;
}

/**
 * Where a pipeline ends in other pixels than it began with, sharp embeds the kept profile anew, from memory that it frees
 * when a step (a turn, a flip) needs the whole picture: `common.cc` `GetProfile`, `pipeline.cc` 371 and 890.
 */
export const LOST_PROFILE =
  'sharp may lose the profile of pixels that it converts at the end of a pipeline';

/** What the pixels are inside the pipeline that decodes, before sharp makes 8-bit sRGB of them at its end. */
export function sourcePixels(facts: SourceFacts, mode: DecodeMode): SourcePixels {
  const { depth = 8, space = 'rgb', profile = 'none' } = facts.coding ?? {};
  if (depth === 16 && profile === 'other' && !mode.keepColours) {
    return { sealed: 'sharp converts the colours of 16-bit pixels at the end of a pipeline' };
  }
  if (depth === 16 && mode.depth === 8 && mode.keepColours) {
    return { sealed: LOST_PROFILE };
  }
  if (depth === 16 && mode.depth === 8) return { unusual: '16-bit ones' };
  // A TIFF may be Lab or floating-point numbers, which the header's facts do not tell from 16-bit RGB.
  if (depth === 16 && facts.format === 'tiff') return { unusual: 'a TIFF’s own' };
  if (space === 'grey') return { unusual: 'grey ones' };
  return {};
}
