// Connects the `@vercel/postgres` of this process to a relay (relay.ts). The tested servers load it with `node --import` and
// RELAY_PORT.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import ws from 'ws'

const fromDriver = createRequire(createRequire(import.meta.url).resolve('@vercel/postgres'))
const commonJs = fromDriver.resolve('@neondatabase/serverless')

/** Sets the driver's options in both copies of its module, because a process may load one with `import` and one with `require`. */
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
