import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

/** A proxy on loopback that terminates TLS in front of an app. */
export interface HttpsProxy {
  /** `https://localhost:<port>`. The same port of 127.0.0.1 is another site for browsers. */
  readonly url: string
  /** The SHA-256 of the public key in base64, for Chromium's `--ignore-certificate-errors-spki-list`. */
  readonly keyHash: string
  /** The status of each response on `path` so far; with `header`, of those to requests with this header. */
  statuses(path: string, header?: string): readonly number[]
  /** The number of requests on `path` that have no response yet. */
  pending(path: string): number
  /** Responds with this status on `path` instead of asking the app. null asks the app again. */
  fail(path: string, status: number | null): void
  close(): Promise<void>
}

/** Starts a proxy with a new self-signed certificate for the app at `target`. */
export async function startHttpsProxy(target: string): Promise<HttpsProxy> {
  const pem = await certificate()
  const log: { path: string; status: number; headers: IncomingMessage['headers'] }[] = []
  const open: string[] = []
  const failing = new Map<string, number>()
  const server = createServer({ key: pem, cert: pem }, async (incoming, outgoing) => {
    const [path = ''] = incoming.url?.split('?') ?? []
    open.push(path)
    outgoing.once('close', () => open.splice(open.indexOf(path), 1))
    outgoing.once('finish', () => log.push({ path, status: outgoing.statusCode, headers: incoming.headers }))
    const status = failing.get(path)
    if (status) outgoing.writeHead(status).end()
    else forward(target, incoming, outgoing)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    keyHash: createHash('sha256')
      .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
    statuses: (path, header) =>
      log.filter((each) => each.path === path && (!header || header in each.headers)).map(({ status }) => status),
    pending: (path) => open.filter((each) => each === path).length,
    fail: (path, status) => void (status === null ? failing.delete(path) : failing.set(path, status)),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url = '/' } = incoming
  const onward = request(new URL(url, target), { method, headers: { ...headers, 'x-forwarded-proto': 'https' } }, (response) => {
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
