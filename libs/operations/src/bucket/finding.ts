import type { Requests } from './requests.ts';

/** What a comparison can say of a key; each means one thing to do, or none. */
export const KINDS = [
  /** The outputs are those of the upload under the recipe. */
  'up-to-date',
  /** No manifest, or none of ours: never processed, or its event was lost. */
  'missing',
  /** The manifest is another upload's: an event was lost, or is still in the queue. */
  'source-changed',
  /** Made with another recipe, other limits or other versions of the transforms. */
  'recipe-changed',
  /** The manifest is right, but what stands beside it is not what it names. */
  'damaged',
  /** Rejected for a reason that an operator may have mended (`GAVE_UP`, `TRANSFORM_FAILED`). */
  'retryable',
  /** Rejected for good: the upload is no usable image. */
  'rejected',
  /** A source that no recipe is for; folder markers too. */
  'no-recipe',
  /** Outputs of a source that is gone. */
  'orphaned',
  /** The same, and the recipe says `onSourceRemoved: keep`. */
  'kept',
  /**
   * A folder of the processed bucket that no message can reach: no recipe wants its key any more, the key's outputs have
   * moved, or it was not written by Darkroom. Told, and never touched.
   */
  'leftover',
] as const;

export type Kind = (typeof KINDS)[number];

/** Kinds that a message for the key mends: the handler makes the outputs agree with the source as it is by then. */
export const MENDABLE = [
  'missing',
  'source-changed',
  'recipe-changed',
  'damaged',
  'retryable',
  'orphaned',
] as const satisfies Kind[];

export type MendableKind = (typeof MENDABLE)[number];

export function isMendable(kind: Kind): kind is MendableKind {
  return (MENDABLE as readonly Kind[]).includes(kind);
}

export interface Finding {
  readonly kind: Kind;
  /** Of the source, or of the one that is gone; of a `leftover` the path of the folder. */
  readonly key: string;
  /** Of the source, 0 where there is none. */
  readonly bytes: number;
  /** Width × height × pages of the source, where a manifest tells. */
  readonly pixels?: number;
  /** What the handler will ask of S3 when it mends this. */
  readonly requests: Requests;
}
