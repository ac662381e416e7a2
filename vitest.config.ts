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
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
