import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { latin1, uint16, uint32 } from './structure/piece.ts';
import { PNG_SIGNATURE, pngChunk } from './structure/png.ts';

/** Colours of the test pictures, 0 to 1, in the coding of each file. */
export const PATCHES = [
  [0.9, 0.1, 0.1],
  [0.1, 0.8, 0.2],
  [0.15, 0.2, 0.9],
  [0.5, 0.5, 0.5],
  [0.1, 0.1, 0.1],
  [0.78, 0.55, 0.43],
  [0.12, 0.63, 0.59],
  [1, 1, 1],
] as const;
/** Pixels of a patch's side; the patches lie next to each other. */
export const PATCH = 16;
export const WIDTH = PATCH * PATCHES.length;

interface Layout {
  /** Bits of a sample. */
  readonly bits?: 8 | 16;
  readonly grey?: boolean;
  /** Adds alpha of this value, 0 to 1. */
  readonly alpha?: number;
}

/** Samples of the patches, 0 to 1, pixel by pixel. Grey is the green of each patch. */
export function patchSamples({ grey = false, alpha }: Layout = {}): number[] {
  const row = PATCHES.flatMap(([r, g, b]) => {
    const pixel = [...(grey ? [g] : [r, g, b]), ...(alpha === undefined ? [] : [alpha])];
    return Array.from({ length: PATCH }, () => pixel).flat();
  });
  return Array.from({ length: PATCH }, () => row).flat();
}

/** The patches as big-endian bytes. */
function patchBytes(layout: Layout): Buffer {
  const { bits = 8 } = layout;
  const samples = patchSamples(layout);
  const bytes = Buffer.alloc((samples.length * bits) / 8);
  samples.forEach((value, index) => {
    if (bits === 16) bytes.writeUInt16BE(Math.round(65_535 * value), 2 * index);
    else bytes.writeUInt8(Math.round(255 * value), index);
  });
  return bytes;
}

/** A PNG of the patches with more chunks after its header. */
export function patchPng(
  chunks: Readonly<Record<string, Buffer>>,
  layout: Layout & { readonly orientation?: number } = {},
): Buffer {
  const { bits = 8, grey = false, alpha } = layout;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(PATCH, 4);
  header[8] = bits;
  header[9] = (grey ? 0 : 2) + (alpha === undefined ? 0 : 4);
  const pixels = patchBytes(layout);
  const line = pixels.length / PATCH;
  const lines = Array.from({ length: PATCH }, (_, y) =>
    Buffer.concat([Buffer.alloc(1), pixels.subarray(y * line, (y + 1) * line)]),
  );
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...Object.entries(chunks).map(([type, data]) => pngChunk(type, data)),
    pngChunk('IDAT', deflateSync(Buffer.concat(lines))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** `iCCP`. */
export const iccChunk = (profile: Buffer) =>
  Buffer.concat([latin1('ICC\0\0'), deflateSync(profile)]);
/** `gAMA`: the exponent of encoding. */
export const gammaChunk = (gamma: number) => uint32(Math.round(100_000 * gamma));
/** `cHRM`: x and y of white, red, green and blue. */
export const chromaticityChunk = (values: readonly number[]) =>
  Buffer.concat(values.map((value) => uint32(Math.round(100_000 * value))));

/** A JPEG of the patches with a profile. */
export async function patchJpeg(profile: Buffer, layout: Layout = {}): Promise<Buffer> {
  const jpeg = await sharp(patchPng({}, layout))
    .toColourspace(layout.grey ? 'b-w' : 'srgb')
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const data = Buffer.concat([latin1('ICC_PROFILE\0\x01\x01'), profile]);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe2]), uint16(data.length + 2), data]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

/** A lossless WebP of the patches with a profile (RFC 9649, 2.7). */
export async function patchWebp(profile: Buffer, layout: Layout = {}): Promise<Buffer> {
  const webp = await sharp(patchPng({}, layout)).webp({ lossless: true }).toBuffer();
  const little = (value: number) => uint32(value).reverse();
  const chunk = (type: string, data: Buffer) =>
    Buffer.concat([latin1(type), little(data.length), data, Buffer.alloc(data.length & 1)]);
  const size = Buffer.concat([little(WIDTH - 1).subarray(0, 3), little(PATCH - 1).subarray(0, 3)]);
  const flags = Buffer.from([0x20 | (layout.alpha === undefined ? 0 : 0x10), 0, 0, 0]);
  const body = Buffer.concat([
    latin1('WEBP'),
    chunk('VP8X', Buffer.concat([flags, size])),
    chunk('ICCP', profile),
    webp.subarray(webp.indexOf('VP8L', 12, 'latin1')),
  ]);
  return Buffer.concat([latin1('RIFF'), little(body.length), body]);
}

/** Coded values of samples. */
type SampleType = 'uint' | 'int' | 'float';

interface TiffLayout {
  readonly type?: SampleType;
  readonly bits: 8 | 16 | 32 | 64;
  readonly channels: 1 | 2 | 3 | 4;
  readonly little?: boolean;
  readonly profile?: Buffer;
  /** 0: white is 0. */
  readonly photometric?: number;
}

/** An uncompressed TIFF of any sample type (TIFF 6.0). Samples are 0 to 1, scaled to the range of integers. */
export function tiffOf(
  samples: readonly number[],
  [width, height]: readonly [number, number],
  { type = 'uint', bits, channels, little = true, profile, photometric }: TiffLayout,
): Buffer {
  const bytes = bits / 8;
  const largest = 2 ** (type === 'int' ? bits - 1 : bits) - 1;
  const encode = (sample: number) => {
    const value = Buffer.alloc(bytes);
    if (type !== 'float') value.writeUIntLE(Math.round(sample * largest), 0, bytes);
    else if (bits === 64) value.writeDoubleLE(sample);
    else value.writeFloatLE(sample);
    return little ? value : value.reverse();
  };
  const data = Buffer.concat(samples.map(encode));
  const colour = channels >= 3 ? 2 : 1;
  const entries: (readonly [number, number, readonly number[] | Buffer])[] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, Array.from({ length: channels }, () => bits)],
    [259, 3, [1]],
    [262, 3, [photometric ?? colour]],
    [273, 4, [0]],
    [277, 3, [channels]],
    [278, 4, [height]],
    [279, 4, [data.length]],
    ...(channels % 2 === 0 && photometric !== 5 ? [[338, 3, [2]] as const] : []),
    [339, 3, Array.from({ length: channels }, () => ({ uint: 1, int: 2, float: 3 })[type])],
    ...(profile ? [[34_675, 7, profile] as const] : []),
  ];
  const number = (value: number, size: number) => {
    const out = Buffer.alloc(size);
    out.writeUIntLE(value, 0, size);
    return little ? out : out.reverse();
  };
  let free = 8 + 2 + 12 * entries.length + 4;
  const extra: Buffer[] = [];
  const place = (value: Buffer) => {
    const start = free;
    const padded = Buffer.concat([value, Buffer.alloc(value.length & 1)]);
    extra.push(padded);
    free += padded.length;
    return number(start, 4);
  };
  const packed = entries.map(([tag, kind, values]) => {
    const size = kind === 4 ? 4 : kind === 3 ? 2 : 1;
    const value = Buffer.isBuffer(values)
      ? values
      : Buffer.concat(values.map((item) => number(item, size)));
    return { tag, kind, count: values.length, value };
  });
  const withPlaces = packed.map(({ value, ...entry }) => ({
    ...entry,
    field: value.length > 4 ? place(value) : Buffer.concat([value, Buffer.alloc(4 - value.length)]),
  }));
  const directory = withPlaces.map(({ tag, kind, count, field }) =>
    Buffer.concat([
      number(tag, 2),
      number(kind, 2),
      number(count, 4),
      tag === 273 ? number(free, 4) : field,
    ]),
  );
  return Buffer.concat([
    latin1(little ? 'II' : 'MM'),
    number(42, 2),
    number(8, 4),
    number(entries.length, 2),
    ...directory,
    number(0, 4),
    ...extra,
    data,
  ]);
}

/** Replaces a byte pattern in place. */
function patch(file: Buffer, at: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(file);
  bytes.copy(copy, at);
  return copy;
}

/** An AVIF of the patches with other code points: primaries, transfer. */
export async function patchAvif(
  [primaries, transfer]: readonly [number, number],
  { depth = 8, ...layout }: Layout & { readonly depth?: 8 | 10 | 12 } = {},
): Promise<Buffer> {
  const file = await sharp(patchPng({}, { ...layout, bits: depth === 8 ? 8 : 16 }))
    .avif({
      quality: 100,
      lossless: depth === 8,
      chromaSubsampling: '4:4:4',
      bitdepth: depth,
      effort: 0,
    })
    .toBuffer();
  const at = file.indexOf('colrnclx', 0, 'latin1');
  return patch(file, at + 8, Buffer.concat([uint16(primaries), uint16(transfer)]));
}

/**
 * Files of the patches that sharp cannot write, made with avifenc 0.11 at its best quality: `-p`, `-d 10`, `-y 400 -r limited`,
 * `--cicp 12/13/6` and `9/16/9`. Alpha is 0.4.
 */
export const AVIFS = {
  premultiplied8: avif(
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAGbbWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAAEAAAAsaWxvYwAAAABEAAACAAEAAAABAAAB3QAAANEAAgAAAAEAAAHDAAAAGgAAAEJpaW5mAAAAAAACAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAAAaaW5mZQIAAAAAAgAAYXYwMUFscGhhAAAAAChpcmVmAAAAAAAAAA5wcmVtAAEAAQACAAAADmF1eGwAAgABAAEAAADDaXBycAAAAJ1pcGNvAAAAFGlzcGUAAAAAAAAAgAAAABAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBIAAAAAAAE2NvbHJuY2x4AAEADQAGgAAAAA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAOGF1eEMAAAAAdXJuOm1wZWc6bXBlZ0I6Y2ljcDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBoYQAAAAAeaXBtYQAAAAAAAAACAAEEAQKDBAACBAEFhgcAAADzbWRhdBIACgYYGP/7CoAyDhAAAO5qc5g3NH1nQ+uAEgAKCTgY//sICGg0gDLBARAAAO5qQomLLpiXixM3qQ/SE1CPMsMeZYvJrSwU/XVcxTYWssPT2rf7Bz+o6IgtTJcKn3ULO1x+ySf+rRO6KJiexnpETxSPOe4+MEduxz9Aejhvb+jusL1hsKNIxg4Z10th623rsbJB4atZl0+M4hbSOvv+Umz9QL1lD1x+u2cSRtd/nJOkWKFsepCT3XmKYb/8ZCCC5YJPYO11dZcYvOMO5vHkav1Y+NyWmNRntLwQrGZ+76Ofwu4iZQVSM0ubKWA=',
  ),
  premultiplied10: avif(
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAGbbWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAAEAAAAsaWxvYwAAAABEAAACAAEAAAABAAAB3QAAAQEAAgAAAAEAAAHDAAAAGgAAAEJpaW5mAAAAAAACAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAAAaaW5mZQIAAAAAAgAAYXYwMUFscGhhAAAAAChpcmVmAAAAAAAAAA5wcmVtAAEAAQACAAAADmF1eGwAAgABAAEAAADDaXBycAAAAJ1pcGNvAAAAFGlzcGUAAAAAAAAAgAAAABAAAAAQcGl4aQAAAAADCgoKAAAADGF2MUOBIEAAAAAAE2NvbHJuY2x4AAEADQAGgAAAAA5waXhpAAAAAAEKAAAADGF2MUOBAFwAAAAAOGF1eEMAAAAAdXJuOm1wZWc6bXBlZ0I6Y2ljcDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBoYQAAAAAeaXBtYQAAAAAAAAACAAEEAQKDBAACBAEFhgcAAAEjbWRhdBIACgYYGP/7GoAyDhAAAO5qc5gnv85WdD64EgAKCTgY//sYCGg0gDLxARAAAOlLUI0c0bGRgMUo1bcnU1Lu28bSv+z/WqH+80w9smUo5gWwsIeBCCgI5gTLgDIr0aY+J8aEeUfdD4k1xjSKigFNV9Yc+q3fwtuTavKOwVklEbWd52ezTFPzf9cJNfQDfDF/iJiMyC11D/FfwCMo9q/1OlryiVCjEielvLnwsjdmtAIwsq1uhZD2CfWbfjtYdu80cFvLnHq/WdWwh+xxivdWl1W40JV612SVg6xC9uYnTibuMHeszRRh1GvE/P7p5kVZue3rxBqzLnLiMGCsRmAddSpCWsJ76XT1f2g47O16LCc3r9f4w88Xv2UYeMg=',
  ),
  p3Of10Bits: avif(
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAARsAAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29sb3IAAAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAIAAAAAQAAAAEHBpeGkAAAAAAwoKCgAAAAxhdjFDgSBAAAAAABNjb2xybmNseAAMAA0ABoAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAASNtZGF0EgAKCTgY//sYYGg0gDKLAhAAAO5qQomKN7aF4sOVHz5D9IRmMUcywx2mxMn1Nmm+rkBMviA2WSCoH2ZWwWosNe1GErajPi3At+7nuqSNebrjTZzrThYMaGL8lynuz0cO8jpYz8rCLlTfssDc7MSGv9REDqRsmoH5I5E1W5rsLT5YdaxyPZa3MLUrtpxzxIE8hFoo0Glc6tJf5RLt3YfGqb5epxtUcmydwlAwZFn0mpvEEgGpLG8hYKW40uUOlso6j8M61Z1QKv+crhBFIwvTGKPL3whNMnLHG+ztLqNkjGXIKWAgoz/PIZRsw4wfAV9K+UU5gHgGsORrMMU3AuhAzzyTX6Vnn34xv9In/766mhVGHHafYLU9MCpDsg==',
  ),
  limitedGrey8: avif(
    'AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPBtZXRhAAAAAAAAAChoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAbGliYXZpZgAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEUAAAAbQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABoaXBycAAAAElpcGNvAAAAFGlzcGUAAAAAAAAAgAAAABAAAAAOcGl4aQAAAAABCAAAAAxhdjFDgQAcAAAAABNjb2xybmNseAABAA0ABgAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAAHVtZGF0EgAKCRgY//sMBDQYgDJeEAAA7mpzmCbxZynhtEyMLD7w4KGGnxzpNSmghbOKEzCgraOKAAtJ7oaulYnNyHxg35Jl9rQ8b/KzP7Wcpt/PLBHo6GEKM3GK7vIO62dgDIMWIZwSMhyvGYzhkCNH0A==',
  ),
  limitedGrey10: avif(
    'AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPBtZXRhAAAAAAAAAChoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAbGliYXZpZgAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEUAAAAfgAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABoaXBycAAAAElpcGNvAAAAFGlzcGUAAAAAAAAAgAAAABAAAAAOcGl4aQAAAAABCgAAAAxhdjFDgQBcAAAAABNjb2xybmNseAABAA0ABgAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAAIZtZGF0EgAKCRgY//scBDQYgDJvEAAA7mpzmCMABNqeG0MUn0I+0SkdGFrSVmklgcOIWqYE34t9yzAhGx4KILwiEGlqtQlcfEdqNF6VjiPaazZgaNEYaBrd3Qq32fUpan+7WaW9IWu8BSvs2J6f8fRAN+CGEKPnxsGuo/KkkSYtfQAt',
  ),
  premultipliedLimitedGrey: avif(
    'AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAX9tZXRhAAAAAAAAAChoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAbGliYXZpZgAAAAAOcGl0bQAAAAAAAQAAACxpbG9jAAAAAEQAAAIAAQAAAAEAAAG9AAAAYAACAAAAAQAAAaMAAAAaAAAAQmlpbmYAAAAAAAIAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAABppbmZlAgAAAAACAABhdjAxQWxwaGEAAAAAKGlyZWYAAAAAAAAADnByZW0AAQABAAIAAAAOYXV4bAACAAEAAQAAAKdpcHJwAAAAgWlwY28AAAAUaXNwZQAAAAAAAACAAAAAEAAAAA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAE2NvbHJuY2x4AAEADQAGAAAAADhhdXhDAAAAAHVybjptcGVnOm1wZWdCOmNpY3A6c3lzdGVtczphdXhpbGlhcnk6YWxwaGEAAAAAHmlwbWEAAAAAAAAAAgABBAECgwQAAgQBAoMFAAAAgm1kYXQSAAoGGBj/+wqAMg4QAADuanOYNzR9Z0PrgBIACgkYGP/7DAQ0GIAyURAAAO5qc5gnv82p4bUJV0P8EnGM073BtzXDuB428xRhQzsDMVqGugOnrfbFLehxNrnWLJjd1Bke8tJ1iVjtxpYUApUrPx9MFj9XzmBjAGQ9Xg==',
  ),
  pqOf10Bits: avif(
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAAR0AAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29sb3IAAAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAIAAAAAQAAAAEHBpeGkAAAAAAwoKCgAAAAxhdjFDgSBAAAAAABNjb2xybmNseAAJABAACYAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAASVtZGF0EgAKCTgY//sYSIBMgDKNAhAAAO5qQomKXXRl4sO6AJkP0hGYxRzLDHaChyZ1LvCFq4GeLhjGTBSCkSvAVhxoSukhjFM+D5z5uN9fvYNEkj+AU411bu04XXnCDAuiL7ypmHvmM+s/LrofU4thk3QmZpsEjlg3FCv6GCU0xYJQr2teNPdVtNxRyBionnWxs9kJzwqMsg/Ok0Dia6rke6Uo9tcsT6SEnVFRybJ3CUDBkWfSam8QSAakr8p1gjFfS2U4WxEJPtoplU20mwWxrTUT3SVF9i7Cthmoac+rw0jDkfvWA+lslWX0soFcEbZ0EOCQFZApk/WUBvVjDXCrDFFq+ZGoRC+8r/Eu80TX6joLULCV9Dhy2IWGMRTYig9o',
  ),
};

function avif(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
