import sharp from 'sharp';
import type { GainMapMetadata } from '../engine/gain-map/gain-map-metadata.ts';
import { ultraHdrFile } from '../engine/gain-map/gain-map-picture.ts';
import { sample, type SampleOptions } from './samples.ts';

export interface UltraHdrOptions extends Omit<SampleOptions, 'format' | 'alpha'> {
  /** How many times smaller the map is, on both sides; default 4. */
  readonly scale?: number;
  /** One gain for all colours (`grey`, the default), also in three equal channels, or one for each. */
  readonly map?: 'grey' | 'grey in RGB' | 'coloured';
  readonly metadata?: Partial<GainMapMetadata>;
}

/**
 * Makes a photo-like JPEG whose gain map is the reduced photo, grey unless `coloured`, with the same EXIF. If the same
 * operations are applied to both, the photo predicts the expected map.
 */
export async function ultraHdrSample(options: UltraHdrOptions = {}): Promise<Buffer> {
  const { scale = 4, map: kind = 'grey', metadata } = options;
  const photo = await sample({ ...options, format: 'jpeg' });
  const { width, height } = await sharp(photo).metadata();
  const map = await sharp(photo)
    .resize({ width: Math.round(width / scale), height: Math.round(height / scale), fit: 'fill' })
    .grayscale(kind !== 'coloured')
    .toColourspace(kind === 'grey' ? 'b-w' : 'srgb')
    .withExif({ IFD0: {}, ...options.exif })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer({ resolveWithObject: true });
  const file = await ultraHdrFile(
    { bytes: photo, width, height },
    { bytes: map.data, width: map.info.width, height: map.info.height },
    {
      gainMapMin: [0, 0, 0],
      gainMapMax: [2.5, 2.5, 2.5],
      gamma: [1, 1, 1],
      offsetSdr: [1 / 64, 1 / 64, 1 / 64],
      offsetHdr: [1 / 64, 1 / 64, 1 / 64],
      hdrCapacityMin: 0,
      hdrCapacityMax: 2.5,
      ...metadata,
    },
  );
  return Buffer.from(file);
}
