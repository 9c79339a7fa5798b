import { withAvifProfile } from '../colour/avif-colours.ts';
import { withPngProfile } from '../colour/png-colours.ts';
import { stillOfSequence } from './avif-still.ts';
import { withEndMarker } from './jpeg-end.ts';
import { withoutCompressedText } from './png-compressed-text.ts';
import { plainDrawing } from './svg-text.ts';

/**
 * The upload as the decoder needs it: the same picture, without the parts that the decoder cannot read or must not read, and
 * with an ICC profile if its colours are described by other means. Returns most uploads unchanged.
 * @throws ImageError if a compressed drawing is damaged or too large
 */
export function decodable(source: Uint8Array): Uint8Array {
  return withAvifProfile(
    withPngProfile(withEndMarker(stillOfSequence(withoutCompressedText(plainDrawing(source))))),
  );
}
