import { DicomError } from './dicom-error.ts';

const HEADER = 64;

function damaged(): never {
  throw new DicomError('CORRUPT_IMAGE', 'its run lengths are damaged');
}

/** Decodes PackBits until the plane is full. */
function unpack(data: Uint8Array, put: (index: number, byte: number) => void, count: number) {
  let done = 0;
  for (let at = 0; done < count;) {
    const code = data[at];
    if (code === undefined) damaged();
    at += 1;
    if (code === 128) continue;
    const length = Math.min(code < 128 ? code + 1 : 257 - code, count - done);
    if (code < 128 && at + length > data.length) damaged();
    if (code > 128 && at >= data.length) damaged();
    for (let index = 0; index < length; index += 1) {
      put(done + index, data[code < 128 ? at + index : at] ?? 0);
    }
    done += length;
    at += code < 128 ? code + 1 : 1;
  }
}

/**
 * Decodes a frame of run lengths (PS3.5, annex G): a segment for each byte of each sample, the most significant one first.
 *
 * @param bytes of a sample
 * @returns samples plane by plane, little-endian
 */
export function decodeRunLengths(
  frame: Uint8Array,
  { pixels, samples, bytes }: { pixels: number; samples: number; bytes: number },
): Uint8Array {
  if (frame.length < HEADER) damaged();
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const segments = samples * bytes;
  if (view.getUint32(0, true) !== segments) {
    throw new DicomError(
      'CORRUPT_IMAGE',
      `a frame has ${view.getUint32(0, true)} segments of run lengths instead of ${segments}`,
    );
  }
  const out = new Uint8Array(pixels * segments);
  for (let segment = 0; segment < segments; segment += 1) {
    const start = view.getUint32(4 + 4 * segment, true);
    const isLast = segment + 1 === segments;
    const end = isLast ? frame.length : view.getUint32(8 + 4 * segment, true);
    if (start < HEADER || end < start || end > frame.length) damaged();
    const sample = Math.floor(segment / bytes);
    const first = sample * pixels * bytes + (bytes - 1 - (segment % bytes));
    unpack(
      frame.subarray(start, end),
      (index, byte) => {
        out[first + index * bytes] = byte;
      },
      pixels,
    );
  }
  return out;
}
