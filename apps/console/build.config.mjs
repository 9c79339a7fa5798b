import { defineConfig } from 'vite';

// Not named vite.config: Vitest has a configuration of its own.
export default defineConfig({
  root: import.meta.dirname,
  esbuild: { jsx: 'automatic' },
  build: {
    target: 'es2022',
    // The security policy allows no inline script, style or font.
    assetsInlineLimit: 0,
    sourcemap: true,
    manifest: true,
    chunkSizeWarningLimit: 400,
    rollupOptions: {
      onwarn(warning, report) {
        // "use client" of libraries: there is no server rendering here.
        if (!['MODULE_LEVEL_DIRECTIVE', 'SOURCEMAP_ERROR'].includes(warning.code)) report(warning);
      },
    },
  },
});
