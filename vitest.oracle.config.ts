import { defineConfig } from 'vitest/config'

// Interoperability with Python: needs an interpreter with test/tools/requirements.txt, named by LARMOR_PYTHON.
export default defineConfig({
  test: { include: ['test/oracle/**/*.test.ts'], pool: 'forks', testTimeout: 120_000 },
})
