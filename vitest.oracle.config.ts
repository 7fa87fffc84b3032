import { defineConfig } from 'vitest/config'

// What other programs read and draw: needs a browser and an interpreter with test/tools/requirements.txt, named by LARMOR_PYTHON.
export default defineConfig({
  test: {
    include: ['test/oracle/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})
