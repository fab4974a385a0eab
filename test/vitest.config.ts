import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Two workers: the smallest machine the product is checked on has two cores.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
