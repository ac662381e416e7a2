import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const lib = fileURLToPath(new URL('./lib', import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^coatcheck$/, replacement: `${lib}/index.ts` },
      { find: /^coatcheck\/(.*)$/, replacement: `${lib}/$1.ts` },
    ],
  },
  test: {
    include: ['lib/**/*.test.ts', 'app/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./test/servers.ts'],
    setupFiles: ['./test/quiet.ts'],
    // vitest leaves a core free; these tests wait for servers most of the time.
    maxWorkers: 2,
    // Ceilings, which only a test that hangs meets: a busy machine takes five times as long as an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
