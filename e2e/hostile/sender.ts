import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import type { HostileRequest } from './common'

/** A response. The status is 0 if the connection was closed without a response. */
export interface HostileResponse {
  readonly status: number
  readonly text: string
  readonly setCookie: readonly string[]
  readonly location: string
}

const nothing: HostileResponse = { status: 0, text: '', setCookie: [], location: '' }
/** The limit for a complete request, even on a busy machine. */
const patienceMs = 120_000
/** The limit for an incomplete request, for which the server would wait longer. */
const rawPatienceMs = 10_000

/** Returns a sender of hostile requests to one server over keep-alive connections. */
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
  return new Promise<HostileResponse>((resolve, reject) => {
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
    sent.on('timeout', () => sent.destroy(new Error(`no response to ${method} ${path.slice(0, 100)}`)))
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(nothing) : reject(error),
    )
    sent.end(body)
  })
}

/** Writes `text` to a new connection, and reads until the server responds or closes it. */
function sendRaw(port: number, text: string) {
  return new Promise<HostileResponse>((resolve) => {
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
