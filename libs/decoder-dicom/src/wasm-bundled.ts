/** Instead of wasm-files.ts if the condition `bundled` holds: bundlers include the WebAssembly as bytes. */
export const WASM = {
  jpeg: async () => (await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm')).default,
  jpegLs: async () => (await import('@cornerstonejs/codec-charls/decodewasm')).default,
  jpeg2000: async () => (await import('@cornerstonejs/codec-openjpeg/decodewasm')).default,
  htj2k: async () => (await import('@cornerstonejs/codec-openjph/wasm')).default,
};
