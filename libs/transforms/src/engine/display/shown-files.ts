import sharp from 'sharp';
import { type Display, displayed, type ValueSamples } from '../../display/display.ts';
import type { Measured, SourceFacts } from '../../image-engine.ts';
import { correctedPixels, tiffOfPixels } from '../colour/corrected-pixels.ts';
import { failOnOf } from '../inspect/unsupported-coding.ts';
import { asUint16, inSixteenBits } from '../render/picture.ts';

/** The file of an upload, or files that show its values already, by `displayKey`. */
export interface PreparedUpload {
  /** Has the metadata; and the pixels, unless `shown` has them. */
  readonly file: Uint8Array;
  readonly shown?: ReadonlyMap<string, Uint8Array>;
  /** What is measured of the values, if the recipe asks for it. */
  readonly measured?: Measured;
}

export function displayKey(display: Display | undefined): string {
  return display ? JSON.stringify(display) : '';
}

/** Returns the file that shows an upload in one way. Each is made once. */
export function shownFiles(
  { file, shown }: PreparedUpload,
  facts: SourceFacts,
): (display: Display | undefined) => Promise<Uint8Array> {
  const corrected = (given: Uint8Array) =>
    facts.coding?.correctedFrom ? correctedPixels(given, facts) : Promise.resolve(given);
  let decoded: Promise<Decoded> | undefined;
  const make = async (display: Display | undefined): Promise<Uint8Array> => {
    if (shown) return corrected(shown.get(displayKey(display)) ?? file);
    if (!display) return corrected(file);
    decoded ??= corrected(file).then((right) => decode(right, facts));
    const { samples, size, icc } = await decoded;
    const data = displayed(samples, display);
    return tiffOfPixels({ data, channels: samples.channels }, size, icc);
  };
  const made = new Map<string, Promise<Uint8Array>>();
  return (display) => {
    const key = displayKey(display);
    const known = made.get(key) ?? make(display);
    made.set(key, known);
    return known;
  };
}

interface Decoded {
  readonly samples: ValueSamples;
  readonly size: Parameters<typeof tiffOfPixels>[1];
  readonly icc: Buffer | undefined;
}

/** Samples of a file that libvips reads, as RGB. Grey and CMYK with a profile are converted by it. */
async function decode(source: Uint8Array, { structure }: SourceFacts): Promise<Decoded> {
  const options = { failOn: failOnOf(structure), limitInputPixels: false };
  const header = await sharp(source, options).metadata();
  const { width, height, orientation, space, depth, icc } = header;
  const isRgb = ['srgb', 'rgb', 'rgb16'].includes(space);
  const isDeep = depth === 'ushort' && space !== 'cmyk';
  const image = sharp(source, { ...options, ignoreIcc: isRgb });
  if (isDeep) inSixteenBits(image);
  else image.toColourspace('srgb');
  const { data, info } = await image
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return {
    samples: {
      ...{ width: info.width, channels: info.channels, scale: 1, offset: 0 },
      data: isDeep ? asUint16(data) : data,
    },
    size: { width, height, ...(orientation !== undefined && { orientation }) },
    icc: isRgb ? icc : undefined,
  };
}
