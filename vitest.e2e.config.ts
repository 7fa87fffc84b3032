import { defineConfig } from 'vitest/config'

// `npm run test:e2e`: what needs a browser. One file at a time: each starts its own.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})
