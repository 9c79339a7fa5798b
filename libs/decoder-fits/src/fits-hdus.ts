/** Size of a block: headers and data are padded to a multiple of it (FITS standard 4.0, 3.1). */
const BLOCK = 2880;
const CARD = 80;

/*
 * Limits of a header and of a file. Real headers have some hundred cards; long histories have some thousand. The standard
 * has no limit, and a file of nothing but headers would be slow to read.
 */
const MAX_CARDS = 36_000;
const MAX_HDUS = 1_000;
/** The standard allows 999 axes. */
const MAX_AXES = 16;

/** Why a file is rejected. Manifests contain the message, which depends on the structure of the file only. */
export class FitsError extends Error {
  readonly code: 'CORRUPT_IMAGE' | 'UNSUPPORTED_FORMAT' | 'TOO_LARGE';

  constructor(code: FitsError['code'], message: string) {
    super(message);
    this.name = 'FitsError';
    this.code = code;
  }
}

/** Values of the keywords that this reader knows: numbers, logical values, and text without quotes. */
type Value = number | boolean | string;
type Keywords = ReadonlyMap<string, Value>;

const KEYWORD =
  /^(?:SIMPLE|XTENSION|BITPIX|NAXIS\d{0,3}|PCOUNT|GCOUNT|GROUPS|BSCALE|BZERO|BLANK|ZIMAGE)$/;

/** One image of a file. */
export interface FitsImage {
  /** Number of the HDU; 0 is the primary one. */
  readonly hdu: number;
  readonly bitpix: 8 | 16 | 32 | 64 | -32 | -64;
  readonly width: number;
  readonly height: number;
  /** Planes of a cube, also of one with more than three axes; the third axis varies fastest. */
  readonly planes: number;
  /** Physical value = `bzero` + `bscale` × stored value. */
  readonly bscale: number;
  readonly bzero: number;
  /** Stored value of pixels without a value; integers only. */
  readonly blank?: number;
  /** Offset of the data, bytes. */
  readonly start: number;
  /** Cards that were read to find the image. */
  readonly cards: number;
}

function text(source: Uint8Array, from: number, length: number): string {
  return Buffer.from(source.buffer, source.byteOffset + from, length).toString('latin1');
}

/** Parses the value field of a card (4.2). `undefined`: no value. */
function valueOf(card: string): Value | undefined {
  const field = card.slice(10);
  const quoted = /^\s*'((?:[^']|'')*)'/.exec(field);
  if (quoted) return (quoted[1] ?? '').replaceAll("''", "'").trimEnd();
  const plain = (field.split('/', 1)[0] ?? '').trim();
  if (plain === 'T' || plain === 'F') return plain === 'T';
  // Fortran writes exponents of doubles with a D.
  const number = plain === '' ? NaN : Number(plain.replace(/d/i, 'E'));
  return Number.isNaN(number) ? undefined : number;
}

interface Header {
  readonly keywords: Keywords;
  readonly cards: number;
  /** Offset of the data, bytes. */
  readonly end: number;
}

/** @returns `undefined` if the file ends before the header does */
function readKeywords(source: Uint8Array, start: number): Header | undefined {
  const keywords = new Map<string, Value>();
  for (let index = 0; index < MAX_CARDS; index += 1) {
    const at = start + index * CARD;
    if (at + CARD > source.length) return undefined;
    const keyword = text(source, at, 8).trimEnd();
    if (keyword === 'END') {
      const cards = index + 1;
      return { keywords, cards, end: start + Math.ceil((cards * CARD) / BLOCK) * BLOCK };
    }
    // The first one counts (4.1.2.1 leaves it open).
    if (!KEYWORD.test(keyword) || keywords.has(keyword)) continue;
    const card = text(source, at, CARD);
    const value = card.startsWith('= ', 8) ? valueOf(card) : undefined;
    if (value !== undefined) keywords.set(keyword, value);
  }
  throw new FitsError('TOO_LARGE', `a header has more than ${MAX_CARDS} cards`);
}

function numberOf(keywords: Keywords, name: string, otherwise: number): number {
  const value = keywords.get(name);
  return typeof value === 'number' ? value : otherwise;
}

/** A whole number from 0. @throws FitsError */
function countOf(keywords: Keywords, name: string, otherwise?: number): number {
  const value = keywords.get(name) ?? otherwise;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new FitsError('CORRUPT_IMAGE', `${name} is not a whole number from 0`);
}

const BITPIX: readonly number[] = [8, 16, 32, 64, -32, -64];

interface Data {
  readonly bitpix: FitsImage['bitpix'];
  readonly axes: readonly number[];
  /** Bytes of the data, without padding. */
  readonly bytes: number;
}

/** What the mandatory keywords say (4.4.1). */
function dataOf(keywords: Keywords): Data {
  const bitpix = keywords.get('BITPIX');
  if (typeof bitpix !== 'number' || !BITPIX.includes(bitpix)) {
    throw new FitsError('CORRUPT_IMAGE', `BITPIX is not one of ${BITPIX.join(', ')}`);
  }
  const count = countOf(keywords, 'NAXIS');
  if (count > MAX_AXES) {
    throw new FitsError('UNSUPPORTED_FORMAT', `an array has more than ${MAX_AXES} axes`);
  }
  const axes = Array.from({ length: count }, (_, axis) => countOf(keywords, `NAXIS${axis + 1}`));
  const groups = keywords.get('GROUPS') === true && axes[0] === 0;
  const sides = groups ? axes.slice(1) : axes;
  const values = sides.length === 0 ? 0 : sides.reduce((product, side) => product * side, 1);
  const more = countOf(keywords, 'PCOUNT', 0);
  const bytes = (Math.abs(bitpix) / 8) * countOf(keywords, 'GCOUNT', 1) * (more + values);
  if (!Number.isSafeInteger(bytes)) throw new FitsError('CORRUPT_IMAGE', 'the axes are too long');
  return { bitpix: bitpix as FitsImage['bitpix'], axes, bytes };
}

function imageOf(
  hdu: number,
  keywords: Keywords,
  { bitpix, axes }: Data,
  place: Pick<FitsImage, 'start' | 'cards'>,
): FitsImage | undefined {
  const [width = 0, height = 0, ...others] = axes;
  const planes = others.reduce((product, side) => product * side, 1);
  if (width === 0 || height === 0 || planes === 0) return undefined;
  const blank = keywords.get('BLANK');
  return {
    ...{ hdu, bitpix, width, height, planes, ...place },
    bscale: numberOf(keywords, 'BSCALE', 1),
    bzero: numberOf(keywords, 'BZERO', 0),
    ...(typeof blank === 'number' && bitpix > 0 && { blank }),
  };
}

/**
 * Finds an image by its headers.
 *
 * @param wanted number of the HDU; default the first one with an array of two or more axes
 * @throws FitsError
 */
export function findImage(source: Uint8Array, wanted?: number): FitsImage {
  let start = 0;
  let isCompressed = false;
  let cards = 0;
  for (let hdu = 0; hdu < MAX_HDUS && start < source.length; hdu += 1) {
    const header = readKeywords(source, start);
    if (!header) {
      // Some programs write other records after the last HDU (3.5).
      if (hdu > 0) break;
      throw new FitsError('CORRUPT_IMAGE', 'the header has no END');
    }
    const { keywords, end } = header;
    cards += header.cards;
    const type = hdu === 0 ? 'IMAGE' : keywords.get('XTENSION');
    if (type === undefined) break;
    if (hdu === 0 && keywords.get('SIMPLE') !== true) {
      throw new FitsError('CORRUPT_IMAGE', 'SIMPLE is not T');
    }
    const data = dataOf(keywords);
    if (wanted === undefined || wanted === hdu) {
      const image =
        type === 'IMAGE' ? imageOf(hdu, keywords, data, { start: end, cards }) : undefined;
      if (image) {
        if (end + data.bytes > source.length) {
          throw new FitsError('CORRUPT_IMAGE', 'the file ends before its data does');
        }
        return image;
      }
      isCompressed ||= keywords.get('ZIMAGE') === true;
    }
    start = end + Math.ceil(data.bytes / BLOCK) * BLOCK;
  }
  const place = wanted === undefined ? 'no HDU' : `HDU ${wanted}`;
  throw new FitsError(
    'UNSUPPORTED_FORMAT',
    isCompressed
      ? 'the image is compressed in a table (ZIMAGE): unpack it with funpack'
      : `${place} has ${wanted === undefined ? 'an' : 'no'} image of two or more axes`,
  );
}
