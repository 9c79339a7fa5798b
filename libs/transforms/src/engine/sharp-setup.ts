import sharp from 'sharp';

/** Loaders of the upload formats. Pixels with a profile between stages are PNGs. */
const NEEDED_LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadHeifBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadTiffBuffer',
];

/**
 * Configures libvips for the whole process. No cache of operations, because each upload is read once. One thread per image,
 * because several images in parallel use the cores better (docs/architecture.md). Only the loaders that uploads need, which
 * limits the code that hostile input can reach.
 */
export function setUpSharp({ svg }: { readonly svg: boolean }): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: svg ? [...NEEDED_LOADERS, 'VipsForeignLoadSvgBuffer'] : NEEDED_LOADERS,
  });
}
