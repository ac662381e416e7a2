import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A network connection to a server that a test can interrupt. */
export interface Wire {
  /** The connection URL through the proxy. */
  readonly url: string
  /** Breaks all open connections. */
  cut(): void
  /** Breaks all connections, and refuses new ones until `resume`. */
  takeDown(): void
  /** Forwards nothing in either direction until `resume`, like a lost route. */
  silence(): void
  resume(): void
  /** Forwards nothing on the open connections ever again, like a NAT that has lost its state. New connections work. */
  loseConnections(): void
  close(): Promise<void>
}

/** Starts a TCP proxy on loopback for the server at `targetUrl`. */
export async function layWire(targetUrl: string): Promise<Wire> {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  const lost = new Set<Socket>()
  let silent = false
  let down = false
  const pass = (from: Socket, to: Socket) => {
    from.setNoDelay(true)
    from.on('data', (chunk) => to.write(chunk))
    // The close event follows and closes the other end.
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
    loseConnections: () => {
      for (const socket of sockets) {
        socket.pause()
        lost.add(socket)
      }
      sockets.clear()
    },
    close: async () => {
      server.close()
      cut()
      for (const socket of lost) socket.destroy()
      await once(server, 'close')
    },
  }
}
