import { DicomError } from './dicom-error.ts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- bundles and the checkout load the files in different ways
import { WASM } from '#wasm';

/** Samples of a frame as a codec returns them. */
export interface DecodedFrame {
  readonly data: Uint8Array | Uint16Array;
  /** Plane by plane. */
  readonly planar: boolean;
  /** The codec has converted the colours to RGB. */
  readonly rgb: boolean;
}

/** What the attributes say about a frame. */
export interface FrameShape {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly isRgb: boolean;
}

type Codec = keyof typeof CODECS;

/** A decoder of `@cornerstonejs/codec-*`; all have the same interface. */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): WasmFrame;
  getInterleaveMode?(): number;
}

interface WasmFrame {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
}

type Instantiated = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

const CODECS = {
  jpeg: {
    load: () => import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
    decoder: 'JPEGDecoder',
    wasm: WASM.jpeg,
  },
  'jpeg-ls': {
    load: () => import('@cornerstonejs/codec-charls/decodewasmjs'),
    decoder: 'JpegLSDecoder',
    wasm: WASM.jpegLs,
  },
  'jpeg-2000': {
    load: () => import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    decoder: 'J2KDecoder',
    wasm: WASM.jpeg2000,
  },
  htj2k: {
    load: () => import('@cornerstonejs/codec-openjph'),
    decoder: 'HTJ2KDecoder',
    wasm: WASM.htj2k,
  },
};

const compiled = new Map<Codec, Promise<WebAssembly.Module>>();

/** A new one each time: memory that a codec has used before is of another patient. */
async function newDecoder(codec: Codec): Promise<WasmDecoder> {
  const { load, decoder, wasm } = CODECS[codec];
  const compiling = compiled.get(codec) ?? wasm().then((bytes) => WebAssembly.compile(bytes));
  compiled.set(codec, compiling);
  const [{ default: create }, module] = await Promise.all([load(), compiling]);
  const library = (await create({
    instantiateWasm: (imports: object, done: Instantiated) =>
      done(new WebAssembly.Instance(module, imports), module),
    // The function's log does not contain messages of the codecs.
    print: () => undefined,
    printErr: () => undefined,
  })) as Record<string, new () => WasmDecoder>;
  const Decoder = library[decoder];
  if (!Decoder) throw new Error(`${codec} has no ${decoder}`);
  return new Decoder();
}

function asShorts(bytes: Uint8Array): Uint16Array {
  const { buffer } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const offset = bytes.byteOffset % 2 === 0 ? bytes.byteOffset : 0;
  return new Uint16Array(buffer, offset, bytes.length >> 1);
}

async function decodeByWasm(codec: Codec, frame: Uint8Array, shape: FrameShape) {
  const decoder = await newDecoder(codec);
  decoder.getEncodedBuffer(frame.length).set(frame);
  decoder.decode();
  const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
  const expected = width * height * componentCount * (bitsPerSample > 8 ? 2 : 1);
  const bytes = decoder.getDecodedBuffer();
  const isExpected =
    width === shape.width && height === shape.height && componentCount === shape.samples;
  if (!isExpected || bytes.length !== expected) {
    throw new DicomError('CORRUPT_IMAGE', 'a frame is damaged');
  }
  const data = bitsPerSample > 8 ? asShorts(bytes) : bytes;
  const planar = codec === 'jpeg-ls' && shape.samples > 1 && decoder.getInterleaveMode?.() === 0;
  return { data, planar };
}

/** Size and precision of a codestream, as its own header states. */
interface StreamHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bits: number;
  /** The third byte of the marker: 0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS. */
  readonly kind: number;
  readonly hasAdobe: boolean;
}

/** SOF markers: C0 to CF without DHT, JPG and DAC; and SOF55 of JPEG-LS. */
const isFrameMarker = (code: number) =>
  code === 0xf7 || (code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code));

function headerOfJpeg(frame: Uint8Array): StreamHeader | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  let hasAdobe = false;
  let at = 2;
  if (frame.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  while (at + 10 <= frame.length && frame[at] === 0xff) {
    const code = view.getUint8(at + 1);
    if (code === 0xff) {
      at += 1;
      continue;
    }
    if (isFrameMarker(code)) {
      const [bits, height, width] = [
        view.getUint8(at + 4),
        view.getUint16(at + 5),
        view.getUint16(at + 7),
      ];
      return { kind: code, bits, height, width, components: view.getUint8(at + 9), hasAdobe };
    }
    if (code === 0xee) hasAdobe = true;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

const SOC_SIZ = Buffer.from([0xff, 0x4f, 0xff, 0x51]);

function headerOfJpeg2000(frame: Uint8Array): StreamHeader | undefined {
  // Some writers put the codestream into a JP2 file.
  const at = Buffer.from(frame.buffer, frame.byteOffset, frame.length).indexOf(SOC_SIZ);
  if (at < 0 || at + 43 > frame.length) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset + at);
  return {
    ...{ kind: 0x4f, hasAdobe: false },
    width: view.getUint32(8) - view.getUint32(16),
    height: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    bits: (view.getUint8(42) & 0x7f) + 1,
  };
}

/** Adobe's marker with transform 0: the components are RGB. Without it, decoders take them for YCbCr. */
const RGB_MARKER = [
  ...[0xff, 0xee, 0, 14],
  ...Buffer.from('Adobe', 'latin1'),
  ...[0, 100, 0, 0, 0, 0, 0],
];

function markedAsRgb(frame: Uint8Array): Uint8Array {
  return Buffer.concat([frame.subarray(0, 2), Uint8Array.from(RGB_MARKER), frame.subarray(2)]);
}

/**
 * Decodes a compressed frame. Its own header must agree with the attributes before anything is decoded.
 * @throws DicomError; errors of the codecs
 */
export async function decodeFrame(
  compression: Codec | 'jpeg-lossless',
  frame: Uint8Array,
  shape: FrameShape,
): Promise<DecodedFrame> {
  const isJpeg2000 = compression === 'jpeg-2000' || compression === 'htj2k';
  const header = isJpeg2000 ? headerOfJpeg2000(frame) : headerOfJpeg(frame);
  if (!header) throw new DicomError('CORRUPT_IMAGE', 'a frame has no header');
  const { width, height, components, bits, kind, hasAdobe } = header;
  if (width !== shape.width || height !== shape.height || components !== shape.samples) {
    throw new DicomError(
      'CORRUPT_IMAGE',
      `a frame has ${width}×${height} pixels of ${components} samples, and the attributes say ${shape.width}×${shape.height} of ${shape.samples}`,
    );
  }
  if (bits > 16) {
    throw new DicomError(
      'UNSUPPORTED_FORMAT',
      `compressed samples of ${bits} bits are not supported`,
    );
  }
  // Some writers give lossless frames another transfer syntax of JPEG, and the other way round.
  const isLossless = kind === 0xc3;
  if (isLossless) return decodeLossless(frame, shape, bits);
  if (isJpeg2000) {
    const { data } = await decodeByWasm(compression, frame, shape);
    return { data, planar: false, rgb: false };
  }
  if (kind === 0xf7) return { ...(await decodeByWasm('jpeg-ls', frame, shape)), rgb: false };
  if (bits === 12 && kind === 0xc1 && components === 1) {
    const { decodeJpeg12 } = await import('./jpeg-12.ts');
    return { data: decodeJpeg12(frame, shape), planar: false, rgb: false };
  }
  if (bits !== 8 || kind > 0xc2) {
    throw new DicomError(
      'UNSUPPORTED_FORMAT',
      bits === 8
        ? 'this kind of JPEG is not supported'
        : `JPEG of ${bits} bits is not supported; of 12 bits, grey sequential frames are`,
    );
  }
  const stream = shape.isRgb && !hasAdobe && components === 3 ? markedAsRgb(frame) : frame;
  return { ...(await decodeByWasm('jpeg', stream, shape)), rgb: components === 3 };
}

async function decodeLossless(
  frame: Uint8Array,
  { width, height, samples }: FrameShape,
  bits: number,
): Promise<DecodedFrame> {
  if (samples > 1 && bits > 8) {
    throw new DicomError('UNSUPPORTED_FORMAT', 'lossless JPEG of deep colours is not supported');
  }
  const { Decoder } = await import('jpeg-lossless-decoder-js');
  const decoder = new Decoder();
  const data = decoder.decode(frame.buffer, frame.byteOffset, frame.length);
  if (decoder.yLoc < height) throw new DicomError('CORRUPT_IMAGE', 'a frame ends early');
  return { data: data.subarray(0, width * height * samples), planar: false, rgb: false };
}
