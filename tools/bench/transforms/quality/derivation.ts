import sharp from 'sharp';
import { catalog } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import { renderAll } from '@darkroom/transforms/testing';
import { WIDTHS } from '../job.ts';
import type { Quality } from './compare.ts';
import type { References } from './quality-of.ts';

/** How near lossless files are to one resize of the whole picture: the worst of the widths. */
export interface Derivation {
  /** Darkroom's, derived from the largest. */
  readonly derived: Quality;
  /** Of a sharp pipeline for each width, from the upload. */
  readonly direct: Quality;
}

const resize = (width: number) => ({ width, withoutEnlargement: true });

function worst(qualities: readonly Quality[]): Quality {
  return {
    ssim: Math.min(...qualities.map(({ ssim }) => ssim)),
    psnr: Math.min(...qualities.map(({ psnr }) => psnr)),
  };
}

/** Compares resampling alone, without what lossy encoders do to it. */
export async function derivationOf(
  source: Uint8Array,
  references: References,
): Promise<Derivation> {
  const variants = Object.fromEntries(
    WIDTHS.map((width) => [
      `w${width}`,
      [
        { rotate: 'auto' },
        { resize: resize(width) },
        { encode: { format: 'png', compressionLevel: 1 } },
      ],
    ]),
  );
  const { outputs } = await renderAll(createEngine({ catalog }), catalog, source, variants);
  const derived: Quality[] = [];
  for (const { bytes } of outputs.values()) derived.push(await references.compare(bytes));
  const direct: Quality[] = [];
  for (const width of WIDTHS) {
    const image = sharp(source).autoOrient().resize(resize(width)).png({ compressionLevel: 1 });
    direct.push(await references.compare(await image.toBuffer()));
  }
  return { derived: worst(derived), direct: worst(direct) };
}
