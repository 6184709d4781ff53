import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Every test file starts programs of its own; more workers than processors only make them wait for each other.
    maxWorkers: 2,
  },
})
