import colourModule from '@img/colour';
import * as z from 'zod';

// The parser of sharp. Its types describe an ES module, but Node imports the function itself.
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

/** A colour in a form that sharp accepts. */
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

/** 0 is transparent, 1 is opaque. */
export function opacityOf(value: Colour): number {
  return colour(value).alpha();
}

/** Whether the colour is not fully opaque. */
export function isTranslucent(value: Colour): boolean {
  return opacityOf(value) < 1;
}

/** Red, green and blue, 0 to 255, without alpha. */
export function rgbOf(value: Colour): readonly [number, number, number] {
  const { r = 0, g = 0, b = 0 } = colour(value).rgb().object();
  return [r, g, b];
}
