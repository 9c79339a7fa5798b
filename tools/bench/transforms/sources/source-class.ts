import type { Metadata } from 'sharp';

/** Kinds of uploads that cost differently: the gain of one decode differs much between them. */
export const SOURCE_CLASSES = ['plain', 'srgb', 'progressive', 'png'] as const;
export type SourceClass = (typeof SOURCE_CLASSES)[number];

export const CLASS_NAMES: Readonly<Record<SourceClass, string>> = {
  plain: 'camera JPEG without a profile',
  srgb: 'JPEG with an sRGB profile',
  progressive: 'progressive JPEG',
  png: 'PNG',
};

/** The class of a photo as it is; `undefined` when it is of none, such as a WebP or a photo in Display P3. */
export function classOf(
  { format, isProgressive }: Pick<Metadata, 'format' | 'isProgressive'>,
  profile: 'none' | 'srgb' | 'other',
): SourceClass | undefined {
  if (profile === 'other') return undefined;
  if (format === 'png') return 'png';
  if (format !== 'jpeg') return undefined;
  if (isProgressive) return 'progressive';
  return profile === 'srgb' ? 'srgb' : 'plain';
}
