import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A wire to a server that can be cut, go down, or go silent. */
export interface Wire {
  /** The connection URL that leads through it. */
  readonly url: string
  /** Breaks every connection that is open now. */
  cut(): void
  /** Breaks every connection, and refuses new ones until `resume`. */
  takeDown(): void
  /** From now on nothing comes through, either way, until `resume`: what a lost route looks like. */
  silence(): void
  resume(): void
  close(): Promise<void>
}

/** Lays a wire on loopback to the server at `targetUrl`. */
export async function layWire(targetUrl: string): Promise<Wire> {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  let silent = false
  let down = false
  const pass = (from: Socket, to: Socket) => {
    from.setNoDelay(true)
    from.on('data', (chunk) => to.write(chunk))
    // The other end is told without ceremony, too.
    from.on('error', () => {})
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    sockets.add(from)
    if (silent) from.pause()
  }
  const server = createServer((client) => {
    if (down) return client.destroy()
    const database = connect(Number(target.port), target.hostname)
    pass(client, database)
    pass(database, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(targetUrl)
  url.port = String(typeof address === 'object' ? address?.port : '')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: url.href,
    cut,
    takeDown: () => {
      down = true
      cut()
    },
    silence: () => {
      silent = true
      for (const socket of sockets) socket.pause()
    },
    resume: () => {
      silent = false
      down = false
      for (const socket of sockets) socket.resume()
    },
    close: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
