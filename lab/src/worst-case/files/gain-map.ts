import { encodeJpeg, segment, writeJpeg, type JpegGenes } from './jpeg.ts';
import type { Content } from './pixels.ts';

export interface GainMapGenes {
  /** Pixels of the picture. */
  readonly width: number;
  readonly height: number;
  readonly content: Content;
  /** How many times smaller the map is, on both sides. */
  readonly scale: number;
  /** Maps in the file; the engine uses the first one. */
  readonly maps: number;
  readonly mapSampling: '11' | '11,11,11';
  readonly mapCoding: JpegGenes['coding'];
  /** Scans of the map that refine, after the first one. */
  readonly mapScans: number;
}

const [APP1, APP2] = [0xe1, 0xe2];
const XMP_NAME = 'http://ns.adobe.com/xap/1.0/\0';
const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" ' +
  'hdrgm:GainMapMax="2.5" hdrgm:HDRCapacityMax="3"/></rdf:RDF></x:xmpmeta>';

/** Adds a segment behind the start of the image. */
function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), segment(marker, [...content]), jpeg.subarray(2)]);
}

/** `MPF`, a directory with the one entry of pictures, and for each: attributes, size, offset, dependents (CIPA DC-007, 5.2). */
function index(pictures: readonly { readonly size: number; readonly offset: number }[]): Buffer {
  const directory = 8;
  const list = directory + 2 + 12 + 4;
  const out = Buffer.alloc(list + 16 * pictures.length);
  out.write('II*\0', 'latin1');
  out.writeUInt32LE(directory, 4);
  out.writeUInt16LE(1, directory);
  out.writeUInt16LE(0xb002, directory + 2);
  out.writeUInt16LE(7, directory + 4);
  out.writeUInt32LE(16 * pictures.length, directory + 6);
  out.writeUInt32LE(list, directory + 10);
  for (const [number, { size, offset }] of pictures.entries()) {
    out.writeUInt32LE(size, list + 16 * number + 4);
    out.writeUInt32LE(offset, list + 16 * number + 8);
  }
  return Buffer.concat([Buffer.from('MPF\0', 'latin1'), out]);
}

/** A JPEG with gain maps behind it (Ultra HDR image format 1.1). */
export async function writeGainMap(genes: GainMapGenes): Promise<Buffer> {
  const { width, height, content, scale, maps } = genes;
  const photo = await encodeJpeg({
    ...{ width, height, content, quality: 80, progressive: false },
    ...{ subsampling: '4:2:0', colours: 'rgb' },
  });
  const size = { width: Math.ceil(width / scale), height: Math.ceil(height / scale) };
  const bare = writeJpeg({
    ...{ ...size, sampling: genes.mapSampling, coding: genes.mapCoding },
    ...{ interleaved: true, scans: genes.mapScans, refines: true },
  });
  const map = withSegment(bare, APP1, Buffer.from(XMP_NAME + XMP, 'latin1'));
  // Offsets count from the byte-order mark: start of image, marker, length and name precede it.
  const origin = 10;
  const pictures = (first: number) => [
    { size: first, offset: 0 },
    ...Array.from({ length: maps }, (_, number) => ({
      size: map.length,
      offset: first - origin + number * map.length,
    })),
  ];
  const length = photo.length + 4 + index(pictures(origin)).length;
  return Buffer.concat([
    withSegment(photo, APP2, index(pictures(length))),
    ...Array<Buffer>(maps).fill(map),
  ]);
}
