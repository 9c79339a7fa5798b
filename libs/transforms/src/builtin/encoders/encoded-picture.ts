/** How an animation plays. */
export interface Playback {
  /** Milliseconds that each frame is shown. */
  readonly delay?: number[];
  /** How often it plays; 0 is for ever. */
  readonly loop?: number;
}

/** What an encoder is told beside its options. */
export interface EncodedPicture extends Playback {
  /** 1 to 100; an encoder without one does not look. */
  readonly quality: number;
}
