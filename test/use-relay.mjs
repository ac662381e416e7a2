// Points the `@vercel/postgres` of this process at a relay (relay.ts). Started servers load it by `node --import`, with RELAY_PORT set.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import ws from 'ws'

const fromDriver = createRequire(createRequire(import.meta.url).resolve('@vercel/postgres'))
const commonJs = fromDriver.resolve('@neondatabase/serverless')

/** The settings lie in a module of which a process may hold two copies, one for `import` and one for `require`. */
export async function useRelay(relayPort) {
  const copies = [fromDriver(commonJs), await import(new URL('index.mjs', pathToFileURL(commonJs)).href)]
  for (const { neonConfig } of copies) {
    neonConfig.webSocketConstructor = ws
    neonConfig.wsProxy = () => `localhost:${relayPort}/`
    neonConfig.useSecureWebSocket = false
    neonConfig.forceDisablePgSSL = true
    neonConfig.pipelineTLS = false
    neonConfig.pipelineConnect = false
  }
}

if (process.env.RELAY_PORT) await useRelay(process.env.RELAY_PORT)
