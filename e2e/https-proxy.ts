import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

/**
 * A fault of the proxy: responds with this status instead of asking the app, closes the connection, holds requests until the
 * fault ends, or asks the app and loses its response.
 */
export type Fault = number | 'close' | 'hold' | 'lose'

/** A proxy on loopback that terminates TLS in front of an app. */
export interface HttpsProxy {
  /** `https://localhost:<port>`. The same port of 127.0.0.1 is another site for browsers. */
  readonly url: string
  /** The SHA-256 of the public key in base64, for Chromium's `--ignore-certificate-errors-spki-list`. */
  readonly keyHash: string
  /** The status of each response on `path` so far; with `header`, of those to requests with this header. */
  statuses(path: string, header?: string): readonly number[]
  /** The number of bytes in the body of each finished request on `path`. */
  received(path: string): readonly number[]
  /** The number of requests on `path` that have no response yet. */
  pending(path: string): number
  /** Applies a fault to each request on `path`. null ends the fault. */
  fail(path: string, fault: Fault | null): void
  close(): Promise<void>
}

/** Starts a proxy with a new self-signed certificate for the app at `target`. */
export async function startHttpsProxy(target: string): Promise<HttpsProxy> {
  const pem = await certificate()
  const log: { path: string; status: number; bytes: number; headers: IncomingMessage['headers'] }[] = []
  const open: string[] = []
  const faults = new Map<string, Fault>()
  const held = new Map<() => void, string>()
  const end = (path: string) => {
    faults.delete(path)
    for (const [release, on] of held) if (on === path && held.delete(release)) release()
  }
  const server = createServer({ key: pem, cert: pem }, async (incoming, outgoing) => {
    const [path = ''] = incoming.url?.split('?') ?? []
    open.push(path)
    outgoing.once('close', () => open.splice(open.indexOf(path), 1))
    const { headers } = incoming
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => (bytes += chunk.length)).pause()
    outgoing.once('finish', () => log.push({ path, status: outgoing.statusCode, bytes, headers }))
    const fault = faults.get(path)
    if (typeof fault === 'number') outgoing.writeHead(fault).end()
    else if (fault === 'close') incoming.socket.destroy()
    else if (fault === 'hold') held.set(() => outgoing.destroyed || forward(target, incoming, outgoing), path)
    else forward(target, incoming, outgoing, fault === 'lose')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    keyHash: createHash('sha256')
      .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
    statuses: (path, header) =>
      log.filter((each) => each.path === path && (!header || header in each.headers)).map(({ status }) => status),
    received: (path) => log.filter((each) => each.path === path).map(({ bytes }) => bytes),
    pending: (path) => open.filter((each) => each === path).length,
    fail: (path, fault) => void (fault === null ? end(path) : faults.set(path, fault)),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, isLost = false): void {
  const { method, headers, url = '/' } = incoming
  const onward = request(new URL(url, target), { method, headers: { ...headers, 'x-forwarded-proto': 'https' } }, (response) => {
    if (isLost) return void incoming.socket.destroy()
    outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
    response.pipe(outgoing)
  })
  // A browser that leaves a page cancels its requests.
  outgoing.once('close', () => onward.destroy())
  onward.once('error', () => outgoing.destroy())
  incoming.pipe(onward)
}

/** Returns a private key and a certificate for localhost, both as PEM. */
async function certificate(): Promise<string> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '1']
  const { stdout } = await promisify(execFile)('openssl', ['req', '-x509', ...key, ...subject, '-out', '-'])
  return stdout
}
