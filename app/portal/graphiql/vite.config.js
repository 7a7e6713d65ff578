// Bundles GraphiQL into ../static/graphiql, from where Cube serves it under /docs/static/graphiql/.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  esbuild: { jsx: 'automatic' },
  worker: { format: 'es' },
  build: {
    outDir: '../static/graphiql',
    emptyOutDir: true,
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 10000,
    rollupOptions: {
      // Hundreds of modules open with "use client", which means nothing here.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
    license: { fileName: 'LICENSES.md' },
  },
  experimental: {
    // The page itself is served at /graphql, beside docs/, so its own links are not relative to its file.
    renderBuiltUrl: (filename, { hostType }) =>
      hostType === 'html' ? `docs/static/graphiql/${filename}` : { relative: true },
  },
});
