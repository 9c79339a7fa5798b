export default {
  outExtension: { '.js': '.mjs' },
  // What is imported when it is needed (a font, event buses, tracing) is a file of its own: a start does not read it.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  // ES modules where a package has them: what the handler does not use of them is left out.
  mainFields: ['module', 'main'],
  // `debug` does without; what a package only may have is no reason to ship a tool of this repository.
  external: ['supports-color'],
  // Decoders contain their WebAssembly: a package says under this condition where it is (libs/decoder-dicom).
  conditions: ['bundled', 'module'],
  loader: { '.wasm': 'binary' },
  // A stack trace needs the map, not the sources' text in it.
  sourcesContent: false,
  // CommonJS packages in an ES module bundle call `require` for Node's own modules, and look for their folder.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url), __dirname = import.meta.dirname;",
  },
};
