export default {
  outExtension: { '.js': '.mjs' },
  // CommonJS packages in an ES module bundle call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
};
