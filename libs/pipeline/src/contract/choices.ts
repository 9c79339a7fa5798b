import { decodeWords } from 'postal-mime';
import * as z from 'zod';

/** What an upload may choose for itself, in the metadata `x-amz-meta-darkroom-NAME`, if its recipe allows the name. */
export const CHOICES = ['focus', 'crop', 'alt'] as const;
export type Choice = (typeof CHOICES)[number];

const share = z.number().min(0).max(1);

/** The choices of an upload as its recipe accepts them; places are shares of the upright upload. */
export const choicesSchema = z.object({
  focus: z.object({ x: share, y: share }).optional(),
  crop: z.object({ left: share, top: share, width: share, height: share }).optional(),
  alt: z.string().optional(),
  // Why a value was not accepted, by its name.
  ignored: z.partialRecord(z.enum(CHOICES), z.string()).optional(),
});
export type Choices = z.output<typeof choicesSchema>;

/** S3's limit for the metadata of an object, bytes. */
const MAX_ALT_BYTES = 2048;
/** S3 returns text of other scripts as RFC 2047 words, up to three characters for each byte. */
const MAX_VALUE_CHARACTERS = 4 * MAX_ALT_BYTES;

const NAMESPACE = 'darkroom-';

/**
 * Reads the choices of an upload from its metadata. Wrong values are ignored, and say why: a typing error in metadata is
 * no reason to lose a picture.
 *
 * @param allowed the names that the recipe allows
 * @returns undefined if there are none
 */
export function readChoices(
  metadata: Readonly<Record<string, string>>,
  allowed: readonly Choice[] = [],
): Choices | undefined {
  const choices: Choices = {};
  const ignored: Partial<Record<Choice, string>> = {};
  // In a fixed order: equal choices give equal manifests.
  for (const name of CHOICES) {
    const value = allowed.includes(name) ? metadata[`${NAMESPACE}${name}`] : undefined;
    if (value === undefined) continue;
    try {
      Object.assign(choices, READERS[name](value));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      ignored[name] = error.message;
    }
  }
  if (Object.keys(ignored).length > 0) choices.ignored = ignored;
  return Object.keys(choices).length > 0 ? choices : undefined;
}

const READERS: Readonly<Record<Choice, (value: string) => Choices>> = {
  focus(value) {
    const [x = 0, y = 0] = shares(value, ['X', 'Y']);
    return { focus: { x, y } };
  },
  crop(value) {
    const [left = 0, top = 0, width = 0, height = 0] = shares(value, [
      ...['LEFT', 'TOP', 'WIDTH', 'HEIGHT'],
    ]);
    if (width === 0 || height === 0) throw new RangeError('width and height must be above 0');
    if (sum(left, width) > 1 || sum(top, height) > 1)
      throw new RangeError('the region must lie inside the picture');
    return { crop: { left, top, width, height } };
  },
  alt(value) {
    if (value.length > MAX_VALUE_CHARACTERS)
      throw new RangeError(`expected at most ${MAX_ALT_BYTES} bytes`);
    const alt = decodeWords(value).replaceAll(/\s+/g, ' ').trim();
    if (/[\u0000-\u001f\u007f\ufffd]/.test(alt)) throw new RangeError('expected readable text');
    if (Buffer.byteLength(alt) > MAX_ALT_BYTES)
      throw new RangeError(`expected at most ${MAX_ALT_BYTES} bytes`);
    return { alt };
  },
};

/** Six decimals are a part of a pixel. */
const SHARE = /^(?:0|1|0?\.\d{1,6}|[01]\.0{1,6}|0\.\d{1,6})$/;

function shares(value: string, names: readonly string[]): number[] {
  const parts = value.split(',').map((part) => part.trim());
  if (parts.length !== names.length || !parts.every((part) => SHARE.test(part)))
    throw new RangeError(
      `expected ${names.join(',')}: numbers from 0 to 1 with at most 6 decimals`,
    );
  return parts.map(Number);
}

/** Of two shares, without the rounding of binary fractions. */
function sum(a: number, b: number): number {
  return Math.round(a * 1e6 + b * 1e6) / 1e6;
}

/** Whether both uploads choose the same. */
export function sameChoices(left: Choices | undefined, right: Choices | undefined): boolean {
  return textOf(left) === textOf(right);
}

/** What the pictures depend on, as text for headers; undefined if the upload chooses none of it. */
export function pictureChoices({ focus, crop }: Choices = {}): string | undefined {
  return focus || crop ? textOf({ focus, crop }) : undefined;
}

/** `readChoices` and the manifest's schema have one order of members. */
function textOf(choices: Choices | undefined): string {
  return JSON.stringify(choices ?? {});
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Displayed size of an upload after its crop, pixels. */
export function croppedSize({ width, height }: Size, { crop }: Choices = {}): Size {
  if (!crop) return { width, height };
  const side = (whole: number, start: number, length: number) =>
    Math.max(
      1,
      Math.round(sum(start, length) * whole) - Math.min(Math.round(start * whole), whole - 1),
    );
  return {
    width: side(width, crop.left, crop.width),
    height: side(height, crop.top, crop.height),
  };
}
