// Connects the `@vercel/postgres` and `@neondatabase/serverless` of this process to a relay (relay.ts). The tested servers load
// it with `node --import` and RELAY_PORT.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import ws from 'ws'
import { setRelay } from './relay-settings.mjs'

// `@vercel/postgres` depends on an older version of Neon's driver, so there are two packages.
const here = createRequire(import.meta.url)
const requires = [here, createRequire(here.resolve('@vercel/postgres'))]

/** Sets the driver's options in both copies of each module, because a process may load one with `import` and one with `require`. */
export async function useRelay(relayPort) {
  const copies = []
  for (const require of requires) {
    const commonJs = require.resolve('@neondatabase/serverless')
    copies.push(require(commonJs), await import(new URL('index.mjs', pathToFileURL(commonJs)).href))
  }
  for (const { neonConfig } of copies) {
    neonConfig.webSocketConstructor = ws
    setRelay(neonConfig, relayPort)
  }
}

if (process.env.RELAY_PORT) await useRelay(process.env.RELAY_PORT)
