import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const lib = fileURLToPath(new URL('./lib', import.meta.url))

/** The suites that every store must pass. Each project runs them on its stores: see test/stores.ts. */
const everyStore = [
  'lib/core/data/json.property.test.ts',
  'lib/next/{flashes,lost-logins,max-per-user,options,session-*}.test.ts',
  'lib/stores/{concurrency,stores}.test.ts',
]

/** The files that use a server, a database, another process or the TypeScript compiler. */
const integration = [
  'lib/stores/{drizzle,redis}/**/*.test.ts',
  'lib/stores/{cached*,hammer,races}.test.ts',
  'test/{adopt,guides}/*.test.ts',
  'test/{api,cli,docs,init,commands,commands-*,db,from-django,pgbouncer,seed,vercel}.test.ts',
]

/** Set by scripts/on-runtime.mjs: the runtime that replaces the Node of `npm test`. */
const { TEST_RUNTIME: runtime = '' } = process.env
/** The compressed size differs by a few bytes between the runtimes. The hammer needs a clock that its processes share. */
const omitted = [
  ...(runtime ? ['lib/client/size.test.ts'] : []),
  ...(runtime.startsWith('bun') ? ['lib/stores/hammer.test.ts'] : []),
]

export default defineConfig({
  resolve: {
    alias: [
      { find: /^coatcheck$/, replacement: `${lib}/index.ts` },
      { find: /^coatcheck\/(.*)$/, replacement: `${lib}/$1.ts` },
    ],
  },
  test: {
    setupFiles: ['./test/quiet.ts'],
    // One more than the cores of the smallest machine, because these tests mostly wait for servers.
    maxWorkers: 3,
    // Only a test that hangs reaches these limits, because a busy machine takes five times as long as an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{lib,app,test}/**/*.test.ts'],
          exclude: [...integration, ...omitted],
          // Loading the modules once per worker takes half of the time. No unit test depends on the state of a module.
          isolate: false,
          provide: { storesUnderTest: 'in process' },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          isolate: false,
          include: [...integration, ...everyStore],
          exclude: omitted,
          globalSetup: ['./test/servers.ts'],
          provide: { storesUnderTest: 'on servers' },
        },
      },
    ],
  },
})
