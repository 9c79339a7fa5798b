import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** The WebAssembly of the codecs, as files of their packages. Bundles contain them instead: wasm-bundled.ts. */
export const WASM = {
  jpeg: () => readFile(resolve('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm')),
  jpegLs: () => readFile(resolve('@cornerstonejs/codec-charls/decodewasm')),
  jpeg2000: () => readFile(resolve('@cornerstonejs/codec-openjpeg/decodewasm')),
  htj2k: () => readFile(resolve('@cornerstonejs/codec-openjph/wasm')),
} satisfies Record<string, () => Promise<Uint8Array>>;
