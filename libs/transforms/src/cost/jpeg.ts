import type { ByteReader } from './byte-reader.ts';

export interface JpegStructure {
  readonly format: 'jpeg';
  /** Bytes of the file. */
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** The number in the frame's marker, SOF0 to SOF15: the coding process (ITU-T T.81, table B.1). */
  readonly process: number;
  /** Blocks of 8×8 samples in all components, padding included. */
  readonly blocks: number;
  /** The decoder holds the coefficients of the whole picture: progressive, or components in scans of their own. */
  readonly held: boolean;
  readonly scans: number;
  /** Blocks that first scans visit, summed over all scans. */
  readonly firstBlocks: number;
  /** The end marker (EOI) follows the scans. */
  readonly ended: boolean;
  /** The scans begin to hold every bit of every coefficient of all components; the last one may still be cut. */
  readonly complete: boolean;
  /** Blocks that scans visit which refine coefficients, summed over all scans. */
  readonly refinedBlocks: number;
}

interface Component {
  readonly id: number;
  readonly blocks: number;
}

interface Frame extends Pick<
  JpegStructure,
  'width' | 'height' | 'components' | 'process' | 'blocks'
> {
  readonly parts: readonly Component[];
}

const SOS = 0xda;
const EOI = 0xd9;
/** Marker values from SOF0 to SOF15, except DHT, JPG and DAC. */
const FRAMES = new Set([
  0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
]);
/** Huffman and arithmetic coding; each progressive and sequential. */
const PROGRESSIVE = new Set([2, 10]);
const ARITHMETIC = new Set([9, 10]);
/** Coefficients of a block. */
const COEFFICIENTS = 64;
/** libjpeg reads no more. */
const MAX_COMPONENTS = 10;

/** TEM, restarts, and start of image have no length and no data. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

function readFrame(file: ByteReader, at: number, process: number): Frame | undefined {
  const height = file.u16(at + 5);
  const width = file.u16(at + 7);
  const components = file.u8(at + 9);
  if (width === 0 || height === 0 || components === 0 || components > MAX_COMPONENTS) {
    return undefined;
  }
  const samplings = Array.from({ length: components }, (_, index) => ({
    id: file.u8(at + 10 + 3 * index),
    sampling: file.u8(at + 11 + 3 * index),
  })).map(({ id, sampling }) => ({ id, across: sampling >> 4, down: sampling & 15 }));
  if (samplings.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4)) {
    return undefined;
  }
  const most = {
    across: Math.max(...samplings.map(({ across }) => across)),
    down: Math.max(...samplings.map(({ down }) => down)),
  };
  const parts = samplings.map(({ id, across, down }) => ({
    id,
    blocks:
      Math.ceil(width / (8 * most.across)) * across * Math.ceil(height / (8 * most.down)) * down,
  }));
  const blocks = parts.reduce((sum, part) => sum + part.blocks, 0);
  return { width, height, components, process, blocks, parts };
}

interface Scan {
  readonly components: number;
  /** Indices of its components in the frame. */
  readonly selected: readonly number[];
  /** Coefficients from the first to the last, and the lowest bit of them that the scan holds (ITU-T T.81, G.1.1.1). */
  readonly first: number;
  readonly last: number;
  readonly bit: number;
  readonly blocks: number;
  readonly refines: boolean;
}

function readScan(file: ByteReader, at: number, { parts }: Frame): Scan {
  const components = Math.min(file.u8(at + 4), MAX_COMPONENTS);
  const ids = Array.from({ length: components }, (_, index) => file.u8(at + 5 + 2 * index));
  const selected = [...parts.keys()].filter((index) => ids.includes(parts[index]?.id ?? -1));
  const spectral = at + 5 + 2 * components;
  return {
    components,
    selected,
    first: file.u8(spectral),
    last: Math.min(COEFFICIENTS - 1, file.u8(spectral + 1)),
    bit: file.u8(spectral + 2) & 15,
    blocks: selected.reduce((sum, index) => sum + (parts[index]?.blocks ?? 0), 0),
    refines: file.u8(spectral) > 0 && file.u8(spectral + 2) >> 4 > 0,
  };
}

/** Reads the markers up to the end of the first image; pictures that follow it are files of their own. */
export function scanJpeg(file: ByteReader): JpegStructure | undefined {
  let frame: Frame | undefined;
  let held = false;
  let ended = false;
  /** The lowest bit so far of each coefficient of each component. */
  const bits: number[][] = [];
  let [scans, firstBlocks, refinedBlocks] = [0, 0, 0];
  // Entropy-coded data and whatever else is not a marker is skipped, as decoders do.
  for (let at = file.find(0xff, 0); at + 1 < file.length;) {
    const marker = file.u8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI && scans > 0) {
      ended = true;
      break;
    }
    if (marker === 0 || marker === EOI || standsAlone(marker)) {
      at = file.find(0xff, at + 2);
      continue;
    }
    if (FRAMES.has(marker)) {
      // Decoders refuse a second frame.
      frame ??= readFrame(file, at, marker - 0xc0);
      if (!frame) return undefined;
    }
    if (marker === SOS && frame) {
      const scan = readScan(file, at, frame);
      if (scans === 0) {
        held = PROGRESSIVE.has(frame.process) || scan.components < frame.components;
      }
      scans += 1;
      for (const index of scan.selected) {
        const lowest = (bits[index] ??= new Array<number>(COEFFICIENTS).fill(Infinity));
        lowest.fill(scan.bit, scan.first, scan.last + 1);
      }
      // An arithmetic decoder takes as long for each block of a first scan as for one of a refinement.
      if (scan.refines || ARITHMETIC.has(frame.process)) refinedBlocks += scan.blocks;
      else firstBlocks += scan.blocks;
    }
    at = file.find(0xff, at + 2 + Math.max(2, file.u16(at + 2)));
  }
  if (!frame) return undefined;
  const { parts, ...picture } = frame;
  return {
    format: 'jpeg',
    bytes: file.length,
    ...picture,
    held,
    scans,
    ended,
    complete: parts.every((_, index) => bits[index]?.every((bit) => bit === 0)),
    firstBlocks,
    refinedBlocks,
  };
}
