import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'

// `npm test`: everything that needs npm packages only. End-to-end tests have a configuration of their own.
export default defineConfig({
  // Forms are rendered as text.
  plugins: [vue()],
  resolve: {
    alias: {
      // The real module would try to download a binary as soon as it is imported.
      electron: fileURLToPath(new URL('test/tools/electron-mock.ts', import.meta.url)),
    },
  },
  test: {
    include: ['test/{unit,contract,kernels,fuzz}/**/*.test.ts'],
    pool: 'forks',
    // Each kernel thread of a test reads the engine's TypeScript anew: with what was compiled kept, in a quarter of the time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/node', import.meta.url)) },
    // By default one core is left idle, which on two cores is half of the machine.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
