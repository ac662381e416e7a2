import { once } from 'node:events'
import { connect } from 'node:net'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** Forwards PostgreSQL's protocol between the WebSockets of `@vercel/postgres` and TCP, as Neon's proxy does in production. */
export interface Relay {
  readonly port: number
  /** Breaks all current connections. */
  cut(): void
  close(): Promise<void>
}

/** Starts a relay on loopback for the PostgreSQL server of `url`. */
export async function startRelay(url: string): Promise<Relay> {
  const target = new URL(url)
  const server = new WebSocketServer({ host: 'localhost', port: 0 })
  await once(server, 'listening')
  server.on('connection', (socket) => {
    const database = connect({ host: target.hostname, port: Number(target.port) })
    const client = createWebSocketStream(socket)
    const end = () => {
      client.destroy()
      database.destroy()
    }
    client.on('error', end).on('close', end).pipe(database)
    database.on('error', end).on('close', end).pipe(client)
  })
  const address = server.address()
  const cut = () => {
    for (const socket of server.clients) socket.terminate()
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut,
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Returns the URL for `@vercel/postgres` of the database at `url`. Its pool accepts only localhost or a host of Neon. */
export function vercelUrl(url: string): string {
  const changed = new URL(url)
  changed.hostname = 'localhost'
  return changed.href
}
