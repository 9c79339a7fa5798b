/** The packages have no types. */
declare module '@cornerstonejs/codec-charls/wasmjs' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
declare module '@cornerstonejs/codec-openjpeg/wasmjs' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
declare module '@cornerstonejs/codec-openjph/wasmjs' {
  const create: (options: object) => Promise<unknown>;
  export default create;
}
