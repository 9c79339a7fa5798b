/** The package has no types for this file, which contains the WebAssembly. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  const create: (options?: object) => unknown;
  export default create;
}
