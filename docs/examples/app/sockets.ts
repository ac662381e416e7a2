import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { assertSameOrigin, SessionError } from 'coatcheck'
import { WebSocketServer } from 'ws'
import { sessions } from './sessions'

const sockets = new WebSocketServer({ noServer: true })

/** Opens WebSockets at /socket for logged-in users, and closes them when the session ends. */
export function acceptSockets(server: Server, checkEveryMs = 30_000): void {
  server.on('upgrade', async (request, stream, head) => {
    if (request.url !== '/socket') return // such as the WebSocket of next dev
    try {
      assertSameOrigin(request) // browsers let any site open a WebSocket, with your cookies
      const { id, userId } = await sessions.fromRequest(request)
      if (!id || !userId) throw new SessionError('UNAUTHENTICATED', 'No user is logged in.')
      open(request, stream, head, { id, userId, checkEveryMs })
    } catch (error) {
      const status = error instanceof SessionError ? error.status : 500
      stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`)
    }
  })
}

interface Visitor {
  id: string
  userId: string
  checkEveryMs: number
}

function open(request: IncomingMessage, stream: Duplex, head: Buffer, { id, userId, checkEveryMs }: Visitor) {
  sockets.handleUpgrade(request, stream, head, (socket) => {
    const check = async () => {
      const current = await sessions.get(id)
      const isLive = current?.active && current.userId === userId
      if (!isLive) socket.close(4401, 'logged out')
    }
    const timer = setInterval(() => check().catch(() => {}), checkEveryMs) // if the store is down, the next check decides
    socket.on('close', () => clearInterval(timer))
    socket.send(`Hello ${userId}`)
  })
}
