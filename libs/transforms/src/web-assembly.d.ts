/** Of the runtime: the part of its types that decoders use; those of a browser would declare far more. */
declare namespace WebAssembly {
  interface Module {
    readonly _module: never;
  }
  class Instance {
    constructor(module: Module, imports: object);
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
