import { holdsAnimation } from '../builtin/encoders/encodings.ts';
import { isAnimation, type SourceFacts } from '../image-engine.ts';
import type { DecodeMode } from './render-plan.ts';
import type { VariantSettings } from './variant-settings.ts';

/** Restrictions on the decoding pipeline, independent of the variants. */
interface SourcePixels {
  /** Names the pixels in the decoding pipeline if only geometry steps may join it. */
  readonly unusual?: string;
  /** Why no step may join it. */
  readonly sealed?: string;
}

/** The decode mode of a variant; without settings, of the placeholder. */
export function decodeMode(facts: SourceFacts, settings?: Partial<VariantSettings>): DecodeMode {
  const { depth = 8, space = 'rgb', profile = 'none' } = facts.coding ?? {};
  const { encodings = [], colourspace = 'srgb', display } = settings ?? {};
  const keep = colourspace === 'keep';
  const isWide = colourspace === 'p3' && profile === 'other' && space === 'rgb';
  const isDeep = encodings.every(({ format }) => format === 'png' || format === 'tiff');
  const animated =
    settings?.animated !== 'first' &&
    !display &&
    isAnimation(facts) &&
    encodings.some(holdsAnimation);
  return {
    animated,
    // The output is RGB; a profile of another colour space does not apply to it. Frames cannot have a profile.
    keepColours: !animated && (isWide || (keep && profile !== 'none' && space === 'rgb')),
    // CMYK is converted by its profile, which sharp ignores in 16 bits.
    depth: keep && depth === 16 && isDeep && space !== 'cmyk' ? 16 : 8,
    ...(display && { display }),
  };
}

/**
 * Whether the pixels can be converted to sRGB after a reduction, which saves time. Profiles with tables need LittleCMS, and
 * corrected pixels are already in memory.
 */
export function canConvertLast(facts: SourceFacts, mode: DecodeMode): boolean {
  const { depth = 8, space = 'rgb', profile, profileTables, correctedFrom } = facts.coding ?? {};
  const isByPrimaries = profile === 'other' && space === 'rgb' && !profileTables;
  const isPlain = !mode.keepColours && !mode.animated && !mode.display;
  return isByPrimaries && depth === 8 && !correctedFrom && isPlain;
}

export function decodeModeKey({ animated, keepColours, depth, display }: DecodeMode): string {
  const shown = display ? ` ${JSON.stringify(display)}` : '';
  return `${animated ? 'frames' : 'first'} ${keepColours ? 'own colours' : 'srgb'} ${depth}${shown}`;
}

/**
 * If a pipeline converts its pixels at the end, sharp embeds the kept profile again, from memory that it has freed if a step
 * such as a rotation or flip needs the whole picture: `common.cc` `GetProfile`, `pipeline.cc` 371 and 890.
 */
export const LOST_PROFILE =
  'sharp may lose the profile of pixels that it converts at the end of a pipeline';

/** Describes the pixels inside the decoding pipeline, before sharp converts them to 8-bit sRGB at its end. */
export function sourcePixels(facts: SourceFacts, mode: DecodeMode): SourcePixels {
  const { depth = 8, space = 'rgb', profile = 'none' } = facts.coding ?? {};
  if (depth === 16 && profile === 'other' && !mode.keepColours) {
    return { sealed: 'sharp converts the colours of 16-bit pixels at the end of a pipeline' };
  }
  if (depth === 16 && mode.depth === 8 && mode.keepColours) {
    return { sealed: LOST_PROFILE };
  }
  if (depth === 16 && mode.depth === 8) return { unusual: '16-bit ones' };
  // A TIFF may be Lab or floating point; the header facts cannot distinguish these from 16-bit RGB.
  if (depth === 16 && facts.format === 'tiff') return { unusual: 'a TIFF’s own' };
  if (space === 'grey') return { unusual: 'grey ones' };
  return {};
}
