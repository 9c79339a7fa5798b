import { DEFAULT_PLACEHOLDER, NO_PLACEHOLDER, type PlaceholderParts } from '@darkroom/transforms';
import * as z from 'zod';

const partsSchema = z.strictObject({
  thumbhash: z
    .boolean()
    .default(DEFAULT_PLACEHOLDER.thumbhash)
    .describe('A ThumbHash, base64: colours and blurred shapes in about 25 bytes'),
  dominantColour: z
    .boolean()
    .default(DEFAULT_PLACEHOLDER.dominantColour)
    .describe('The most frequent colour, `#rrggbb`'),
  blurhash: z
    .boolean()
    .default(DEFAULT_PLACEHOLDER.blurhash)
    .describe('A BlurHash of 4×3 components, transparent parts in white'),
});

/** What the manifest's `placeholder` holds; `false` for none. */
export const placeholderSchema = z.union([z.literal(false), partsSchema], {
  error: 'expected false, or a map that may set thumbhash, dominantColour and blurhash',
});

export function placeholderParts(given: z.output<typeof placeholderSchema>): PlaceholderParts {
  return given || NO_PLACEHOLDER;
}
