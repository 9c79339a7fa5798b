import path from 'node:path';
import { defineConfig } from 'vite';

const CHECKOUT = path.resolve(import.meta.dirname, '../..');

/**
 * Writes `meta.json` in the shape of esbuild's metafile: the packages of each chunk, for the notices, and its static
 * imports, for the test of the size.
 */
const metafile = {
  name: 'metafile',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
    const outputs = chunks.map(({ fileName, isEntry, imports, modules }) => {
      const packages = Object.entries(modules).filter(([id]) => id.includes('node_modules/'));
      const inputs = packages.map(([id, { renderedLength }]) => [
        path.relative(CHECKOUT, id.replace(/^\0/, '').replace(/\?.*$/, '')),
        { bytesInOutput: renderedLength },
      ]);
      return [fileName, { isEntry, imports, inputs: Object.fromEntries(inputs) }];
    });
    this.emitFile({
      type: 'asset',
      fileName: 'meta.json',
      source: JSON.stringify({ outputs: Object.fromEntries(outputs) }),
    });
  },
};

// Not named vite.config: Vitest has a configuration of its own.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [metafile],
  esbuild: { jsx: 'automatic' },
  build: {
    target: 'es2022',
    // The security policy allows no inline script, style or font.
    assetsInlineLimit: 0,
    sourcemap: true,
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      onwarn(warning, report) {
        // "use client" of libraries: there is no server rendering here.
        if (!['MODULE_LEVEL_DIRECTIVE', 'SOURCEMAP_ERROR'].includes(warning.code)) report(warning);
      },
    },
  },
});
