import sharp from 'sharp';
import { pixels, type Content } from './pixels.ts';

export interface AvifGenes {
  /** Pixels of the picture, or of one tile of a grid. */
  readonly width: number;
  readonly height: number;
  readonly depth: 8 | 10 | 12;
  readonly subsampling: '4:2:0' | '4:4:4';
  readonly alpha: boolean;
  readonly grey: boolean;
  readonly content: Content;
  readonly quality: number;
  /** Rows and columns of a grid whose tiles are one coded picture; 1 for none. */
  readonly grid: number;
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const body = Buffer.concat(parts);
  length.writeUInt32BE(body.length + 8);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), body]);
}

const u32 = (...values: readonly number[]) => {
  const out = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => out.writeUInt32BE(value, 4 * index));
  return out;
};
const u16 = (...values: readonly number[]) => {
  const out = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => out.writeUInt16BE(value, 2 * index));
  return out;
};
const text = (value: string) => Buffer.from(value, 'latin1');

/** The bytes of the first box with that name, with its head. */
function findBox(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type, 0, 'latin1') - 4;
  return file.subarray(at, at + file.readUInt32BE(at));
}

/** Names of the boxes of a coding. */
interface Coding {
  readonly brand: string;
  readonly item: string;
  readonly configuration: string;
  /** Each tile is an item of its own, though all have the same data: libheif refuses a tile that is named twice. */
  readonly hasItems: boolean;
}
const AV1: Coding = { brand: 'avif', item: 'av01', configuration: 'av1C', hasItems: false };
export const HEVC: Coding = {
  brand: 'heic',
  item: 'hvc1',
  configuration: 'hvcC',
  hasItems: true,
};

/** A grid whose tiles are all the same coded picture. `colours` are the code points of its `colr` box. */
export function inGrid(
  file: Buffer,
  { width, height, grid }: Pick<AvifGenes, 'width' | 'height' | 'grid'>,
  { colours = [], coding = AV1 }: { colours?: readonly number[]; coding?: Coding } = {},
): Buffer {
  const data = findBox(file, 'mdat').subarray(8);
  const tiles = grid * grid;
  const entry = (id: number, type: string) =>
    box('infe', u32(0x02000000), u16(id, 0), text(type), Buffer.from([0]));
  // Item 1 is the grid. The others are tiles: one, named as often as the grid has cells, or one for each cell.
  const items = Array.from({ length: coding.hasItems ? tiles : 1 }, (_, index) => 2 + index);
  const named = coding.hasItems ? items : Array<number>(tiles).fill(2);
  const ftyp = box('ftyp', text(coding.brand), u32(0), text(`${coding.brand}mif1miaf`));
  const payload = Buffer.concat([
    Buffer.from([0, 1, grid - 1, grid - 1]),
    u32(width * grid, height * grid),
  ]);
  const meta = (offset: number) =>
    box(
      'meta',
      u32(0),
      box('hdlr', u32(0, 0), text('pict'), Buffer.alloc(13)),
      box('pitm', u32(0), u16(1)),
      box(
        'iinf',
        u32(0),
        u16(1 + items.length),
        entry(1, 'grid'),
        ...items.map((item) => entry(item, coding.item)),
      ),
      box('iref', u32(0), box('dimg', u16(1, tiles, ...named))),
      box(
        'iprp',
        box(
          'ipco',
          box('ispe', u32(0, width * grid, height * grid)),
          box('ispe', u32(0, width, height)),
          findBox(file, coding.configuration),
          box('pixi', u32(0), Buffer.from([3, 8, 8, 8])),
          ...(colours.length > 0
            ? [box('colr', text('nclx'), u16(...colours), Buffer.from([0x80]))]
            : []),
        ),
        box(
          'ipma',
          u32(0, 1 + items.length),
          u16(1),
          Buffer.from(colours.length > 0 ? [3, 1, 4, 5] : [2, 1, 4]),
          ...items.flatMap((item) => [u16(item), Buffer.from([2, 2, 0x83])]),
        ),
      ),
      box('idat', payload),
      box(
        'iloc',
        u32(0x01000000),
        u16(0x4400, 1 + items.length),
        u16(1, 1, 0, 1),
        u32(0, payload.length),
        ...items.flatMap((item) => [u16(item, 0, 0, 1), u32(offset, data.length)]),
      ),
    );
  const offset = ftyp.length + meta(0).length + 8;
  return Buffer.concat([ftyp, meta(offset), box('mdat', data)]);
}

export async function writeAvif(genes: AvifGenes): Promise<Buffer> {
  const file = await encode(genes);
  return genes.grid > 1 && !genes.alpha ? inGrid(file, genes) : file;
}

/** A grid of at least one tile that states its colours: primaries, transfer and matrix (ITU-T H.273). */
export async function writeAvifOfColours(
  genes: Omit<AvifGenes, 'alpha'>,
  colours: readonly [primaries: number, transfer: number, matrix: number],
): Promise<Buffer> {
  const opaque = { ...genes, alpha: false };
  return inGrid(await encode(opaque), opaque, { colours });
}

async function encode(genes: AvifGenes): Promise<Buffer> {
  const { width, height, depth, subsampling, alpha, grey, quality } = genes;
  const channels = alpha ? 4 : 3;
  const raw = pixels(width, height, channels, genes.content);
  const image = sharp(raw, { raw: { width, height, channels }, limitInputPixels: false });
  return (grey ? image.grayscale().toColourspace('b-w') : image)
    .avif({ quality, effort: 0, bitdepth: depth, chromaSubsampling: subsampling })
    .toBuffer();
}
