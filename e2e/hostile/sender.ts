import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import type { HostileRequest } from './common'

/** What came back; status 0: the connection was closed without an answer. */
export interface HostileAnswer {
  readonly status: number
  readonly text: string
  readonly setCookie: readonly string[]
  readonly location: string
}

const nothing: HostileAnswer = { status: 0, text: '', setCookie: [], location: '' }
/** A request that is whole has an answer by then, however busy the machine is. */
const patienceMs = 120_000
/** One that is not may be waited for until the server gives up: no longer here. */
const rawPatienceMs = 10_000

/** Sends hostile requests to one server, over connections that are kept. */
export function createSender(url: string, connections: number) {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    send: (sending: HostileRequest) =>
      sending.kind === 'raw' ? sendRaw(Number(port), sending.body ?? '') : sendHttp({ hostname, port, agent }, sending),
    close: () => agent.destroy(),
  }
}

function sendHttp(to: { hostname: string; port: string; agent: Agent }, { method, path, headers, body }: HostileRequest) {
  return new Promise<HostileAnswer>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = request({ ...to, method, path, headers: { ...headers, ...length }, timeout: patienceMs }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          setCookie: response.headers['set-cookie'] ?? [],
          location: response.headers.location ?? '',
        }),
      )
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path.slice(0, 100)}`)))
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(nothing) : reject(error),
    )
    sent.end(body)
  })
}

/** Writes `text` to a connection of its own, and reads until the server closes it or has answered. */
function sendRaw(port: number, text: string) {
  return new Promise<HostileAnswer>((resolve) => {
    const socket = connect(port, 'localhost')
    let received = ''
    const done = () => {
      socket.destroy()
      resolve({ ...nothing, status: Number(/^HTTP\/1\.\d (\d{3})/.exec(received)?.[1] ?? 0), text: received })
    }
    socket.setEncoding('latin1').setTimeout(rawPatienceMs, done)
    socket.on('data', (chunk: string) => {
      received += chunk
      if (received.includes('\r\n\r\n')) done()
    })
    socket.on('error', done).on('close', done)
    socket.write(text, 'latin1')
    if (!text.endsWith('\r\n\r\n')) socket.end()
  })
}
