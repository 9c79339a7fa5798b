import type { ImageErrorCode } from '@darkroom/transforms';

/** Planted in whatever an upload says beside its pixels: no output may hold any of it unless its recipe asks. */
export const PLANTED = {
  script: '<script>alert("planted-script")</script>',
  words: 'planted-words',
} as const;

/** A hostile upload, made by code. The same bytes each time. */
export interface HostileUpload {
  readonly name: string;
  readonly bytes: () => Buffer | Promise<Buffer>;
  /**
   * How it has to end under the default limits. Several where that is libvips' to decide and each is right: pixels that
   * are there are `DONE`, pixels that are not are `CORRUPT_IMAGE`.
   */
  readonly expected: readonly (ImageErrorCode | 'DONE')[];
  /** The same where SVG is let in; default: the same. */
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
