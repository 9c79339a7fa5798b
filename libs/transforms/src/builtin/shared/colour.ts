import colourModule from '@img/colour';
import * as z from 'zod';

// The parser that sharp uses. Its types describe an ES module, but what Node imports is the function itself.
const colour = colourModule as unknown as typeof colourModule.default;

function isColour(text: string): boolean {
  try {
    colour(text);
    return true;
  } catch {
    return false;
  }
}

const EXPECTED = 'expected a CSS colour (white, #8a6f52, rgb(138, 111, 82)) or { r, g, b, alpha }';
const channel = z.number().int().min(0).max(255);

/** A colour as sharp takes it. */
export const colourSchema = z
  .union(
    [
      z.string().refine(isColour, { error: EXPECTED }),
      z.strictObject({
        r: channel,
        g: channel,
        b: channel,
        alpha: z.number().min(0).max(1).default(1),
      }),
    ],
    { error: EXPECTED },
  )
  .meta({
    id: 'colour',
    description:
      'A CSS colour (`white`, `#8a6f52`, `#8a6f5280`, `rgb(138, 111, 82)`, `transparent`), or `{ r, g, b, alpha }` with channels 0 to 255 and alpha 0 to 1.',
  });

export type Colour = z.output<typeof colourSchema>;

/** 0 lets all that lies under the colour show through, 1 nothing. */
export function opacityOf(value: Colour): number {
  return typeof value === 'string' ? colour(value).alpha() : value.alpha;
}

/** Some of what lies under the colour shows through. */
export function isTranslucent(value: Colour): boolean {
  return opacityOf(value) < 1;
}

/** Red, green and blue, 0 to 255; alpha does not count. */
export function rgbOf(value: Colour): readonly [number, number, number] {
  if (typeof value !== 'string') return [value.r, value.g, value.b];
  const { r = 0, g = 0, b = 0 } = colour(value).rgb().object();
  return [r, g, b];
}
