import sharp from 'sharp';

/** The loaders of the formats that an upload may have; pixels between stages that carry a profile are PNGs. */
const NEEDED_LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadHeifBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadTiffBuffer',
];

/**
 * Settings of libvips for the whole process: no cache of operations (each upload is seen once), one thread for each
 * image (several images at once use the cores better: docs/architecture.md), and no loader that no upload needs, so
 * that hostile bytes reach as little code as possible.
 */
export function setUpSharp({ svg }: { readonly svg: boolean }): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: svg ? [...NEEDED_LOADERS, 'VipsForeignLoadSvgBuffer'] : NEEDED_LOADERS,
  });
}
