/** The packages have no types. */
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
declare module '@cornerstonejs/codec-openjph' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module '@cornerstonejs/codec-charls/decodewasm' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasm' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module '@cornerstonejs/codec-openjph/wasm' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** The row after the last one that is decoded. */
    readonly yLoc: number;
    decode(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array | Uint16Array;
  }
}
