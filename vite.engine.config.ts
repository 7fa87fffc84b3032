import { defineConfig } from 'vite'

// The engine as plain ESM for Node 24: the command line, the engine process of the desktop, the kernel worker,
// and the process that tries graphics drivers.
// Sources run unbundled in tests (Node strips the types); bundles start faster and are what is shipped.
export default defineConfig({
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/engine',
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      input: {
        larmor: 'src-engine/cli/main.ts',
        engine: 'src-engine/server/stdio-main.ts',
        'kernel-worker': 'src-engine/kernels/backends/wasm/kernel-worker.ts',
        'graphics-probe': 'src-engine/kernels/backends/webgpu/probe-process.ts',
      },
      output: {
        format: 'es',
        entryFileNames: '[name].mjs',
        chunkFileNames: 'chunks/[name]-[hash].mjs',
      },
      external: ['h5wasm', 'h5wasm/node', 'webgpu'],
    },
  },
  ssr: { noExternal: ['zod', 'yaml', 'ws'] },
})
