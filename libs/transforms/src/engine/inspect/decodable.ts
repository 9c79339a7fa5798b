import { stillOfSequence } from './avif-still.ts';
import { withoutCompressedText } from './png-compressed-text.ts';

/**
 * The upload as the decoder needs it: the same picture, without the parts that the decoder cannot read or must not read.
 * Returns most uploads unchanged.
 */
export function decodable(source: Uint8Array): Uint8Array {
  return stillOfSequence(withoutCompressedText(source));
}
