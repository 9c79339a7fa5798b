import { sheetLayout } from '../../builtin/montage.ts';
import { opacityOf, rgbOf } from '../../builtin/shared/colour.ts';
import type { RenderedCell, Variant } from '../../image-engine.ts';
import { montageOf } from '../../plan/sheet.ts';
import { pngOfPixels } from '../decoders/png-of-pixels.ts';
import { withoutPrefix } from '../metadata/exif.ts';

/** The sheet of all cells of a variant, in this order: a PNG that is not compressed. */
export async function sheetFile(
  cells: readonly Pick<RenderedCell, 'bytes' | 'width' | 'height'>[],
  { steps }: Pick<Variant, 'steps'>,
): Promise<Uint8Array> {
  const { joinCells } = await import('./join-cells.ts');
  const { background, ...grid } = montageOf(steps);
  const { header, data } = await joinCells(
    cells.map(({ bytes }) => bytes),
    sheetLayout(cells, grid),
    { rgb: rgbOf(background), opacity: opacityOf(background) },
  );
  const { exif } = header;
  return pngOfPixels({ ...header, ...(exif && { exif: withoutPrefix(exif) }) }, data);
}
