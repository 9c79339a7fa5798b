import sharp from 'sharp';
import { type Measure, type Measured } from '../../image-engine.ts';
import { undecodable } from '../render/explain-failure.ts';
import { failOnOf } from '../inspect/unsupported-coding.ts';
import { asUint16, inSixteenBits } from '../render/picture.ts';
import type { Upload } from '../render/upload.ts';
import { measured } from './measure.ts';

/**
 * Measures the samples of an upload as its file stores them: at its full size and depth, in its own colours. Only CMYK is
 * converted, to sRGB.
 * @throws ImageError `CORRUPT_IMAGE`
 */
export async function measureUpload(
  { source, facts, pixels, size = facts }: Upload,
  measures: readonly Measure[],
): Promise<Measured> {
  const { depth = 8, space = 'rgb' } = facts.coding ?? {};
  const isDeep = depth === 16 && space !== 'cmyk';
  try {
    const image = sharp(await (pixels ? pixels(undefined) : source), {
      failOn: failOnOf(facts.structure),
      limitInputPixels: size.width * size.height,
      ignoreIcc: space !== 'cmyk',
    }).removeAlpha();
    if (isDeep) inSixteenBits(image);
    else image.toColourspace('srgb');
    if (space === 'grey') image.extractChannel(0);
    const { data, info } = await image
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples = { data: isDeep ? asUint16(data) : data, channels: info.channels };
    return { kind: 'measured', channels: measured(samples, measures) };
  } catch (cause) {
    throw undecodable(facts.format, cause);
  }
}
