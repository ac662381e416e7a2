import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A proxy between the app and PostgreSQL that records each statement and can delay one. */
export interface CountingProxy {
  /** The connection URL of the database through the proxy. */
  readonly url: string
  /** The text of every statement so far, oldest first. */
  readonly statements: readonly string[]
  /** Delays the next statement that matches. Statements of other connections pass. */
  hold(pattern: RegExp): Hold
  close(): Promise<void>
}

/** A delayed statement. */
export interface Hold {
  /** Resolves when a statement is being delayed. */
  readonly caught: Promise<void>
  release(): void
}

interface Trap extends Hold {
  readonly pattern: RegExp
  readonly released: Promise<void>
  spring(): void
}

/** Starts a proxy on loopback for the database at `databaseUrl`. */
export async function startCountingProxy(databaseUrl: string): Promise<CountingProxy> {
  const target = new URL(databaseUrl)
  const statements: string[] = []
  const traps: Trap[] = []
  const sockets = new Set<Socket>()
  const note = async (statement: string) => {
    statements.push(statement)
    const index = traps.findIndex(({ pattern }) => pattern.test(statement))
    const [trap] = index < 0 ? [] : traps.splice(index, 1)
    trap?.spring()
    await trap?.released
  }
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname)
    for (const socket of [client, database]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // A killed server closes its connections with an error.
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        database.destroy()
      })
    }
    database.pipe(client)
    void relay(client, database, note)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  const address = server.address()
  url.port = String(typeof address === 'object' ? address?.port : '')
  return {
    url: url.href,
    statements,
    hold: (pattern) => {
      const trap = aTrap(pattern)
      traps.push(trap)
      return trap
    },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

function aTrap(pattern: RegExp): Trap {
  const { promise: caught, resolve: spring } = promiseOf()
  const { promise: released, resolve: release } = promiseOf()
  return { pattern, caught, released, spring, release }
}

function promiseOf() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/**
 * Forwards the messages of a client one by one.
 * @see PostgreSQL 15, 55.7 Message Formats: Query, Parse, Bind, Execute
 */
async function relay(client: Socket, database: Socket, note: (statement: string) => Promise<void>): Promise<void> {
  const textOfStatement = new Map<string, string>()
  const statementOfPortal = new Map<string, string>()
  try {
    for await (const { type, message } of messagesOf(client)) {
      const [first = '', second = ''] = message.toString('utf8', 5).split('\0', 2)
      if (type === 'P') textOfStatement.set(first, second)
      if (type === 'B') statementOfPortal.set(first, second)
      if (type === 'E') await note(textOfStatement.get(statementOfPortal.get(first) ?? '') ?? '')
      if (type === 'Q') await note(first)
      database.write(message)
    }
  } catch {
    database.destroy() // The client has closed the connection.
  }
}

const startupVersion = 196_608

async function* messagesOf(client: Socket): AsyncGenerator<{ type: string; message: Buffer }> {
  let started = false
  let received = Buffer.alloc(0)
  for await (const chunk of client) {
    received = Buffer.concat([received, chunk])
    for (;;) {
      // Only the messages up to the start-up message have no type.
      const typeBytes = started ? 1 : 0
      if (received.length < typeBytes + 4) break
      const end = typeBytes + received.readInt32BE(typeBytes)
      if (received.length < end) break
      const message = received.subarray(0, end)
      received = received.subarray(end)
      yield { type: started ? message.toString('latin1', 0, 1) : 'start-up', message }
      started ||= message.readInt32BE(4) === startupVersion
    }
  }
}
