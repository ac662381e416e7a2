import { rm } from 'node:fs/promises'
import { expectSilence, test as onDemo, sharedServer } from './fixtures'
import { copyContextsApp, contextsEnv as env } from './next-contexts-app'
import { type AppServer, startServer } from './server'

const testOn = (command: 'start' | 'dev') =>
  onDemo.extend<object, { contextsApp: AppServer }>({
    contextsApp: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies of a fixture from this pattern
      async ({}, use) => {
        const folder = command === 'start' ? await sharedServer('contexts') : copyContextsApp()
        try {
          const server = await startServer({ env, folder, command })
          await use(server)
          await server.stop()
          expectSilence(server)
        } finally {
          if (command === 'dev') await rm(folder, { recursive: true, force: true })
        }
      },
      { scope: 'worker', timeout: 300_000 },
    ],
    app: async ({ contextsApp }, use) => use(contextsApp),
  })

/**
 * Tests on the small app in `next-contexts/`, which reads the session in every context in which Next runs code. `testOn` is called
 * once for each command, because Playwright starts another worker, server and browser for the fixtures of each call.
 */
export const testOnContexts = { start: testOn('start'), dev: testOn('dev') }
