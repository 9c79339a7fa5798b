import type { ImageErrorCode } from '@darkroom/transforms';

/** Text planted in the metadata of uploads. No output may contain it unless its recipe keeps metadata. */
export const PLANTED = {
  script: '<script>alert("planted-script")</script>',
  words: 'planted-words',
} as const;

/** A hostile upload, made by code. The same bytes each time. */
export interface HostileUpload {
  readonly name: string;
  readonly bytes: () => Buffer | Promise<Buffer>;
  /**
   * Allowed outcomes under the default limits. Several are allowed if libvips decides: `DONE` if it finds pixels,
   * `CORRUPT_IMAGE` if it does not.
   */
  readonly expected: readonly (ImageErrorCode | 'DONE')[];
  /** Allowed outcomes if the recipe accepts SVG; default: the same. */
  readonly withSvg?: readonly (ImageErrorCode | 'DONE')[];
}

type Make = HostileUpload['bytes'];

export function item(
  name: string,
  expected: HostileUpload['expected'] | ImageErrorCode | 'DONE',
  bytes: Make,
): HostileUpload {
  return { name, bytes, expected: typeof expected === 'string' ? [expected] : expected };
}
