import { isIP } from 'node:net'
import type { ResolvedServerOptions } from '../core/options.ts'
import type { Client } from '../core/store/stored-session.ts'

/**
 * Returns the client of a request: its address and user agent, each null if it is not recorded. Never throws, even if the headers
 * are malformed.
 */
export function clientOf(headers: Headers, { recordClient, trustedProxies, clientIp }: ResolvedServerOptions): Client {
  if (!recordClient) return { ip: null, userAgent: null }
  return {
    ip: addressOf(clientIp ? callSafely(() => clientIp(headers)) : forwarded(headers, trustedProxies)),
    userAgent: userAgentOf(headers),
  }
}

/**
 * The address that the outermost trusted proxy saw. The client itself may have written the entries to the left of it.
 */
function forwarded(headers: Headers, trustedProxies: number): string | undefined {
  return trustedProxies === 0 ? undefined : headers.get('x-forwarded-for')?.split(',').at(-trustedProxies)
}

function callSafely<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    console.error('coatcheck: clientIp threw', error instanceof Error ? error.name : typeof error)
    return undefined
  }
}

/** Returns the address without port and brackets, in canonical form; null if the text is not an address. */
function addressOf(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > 64) return null
  const address = text
    .trim()
    .replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '') // an IPv4 address on a dual-stack socket
  const version = address.includes('%') ? 0 : isIP(address) // a zone index is local to one machine
  if (version === 6) return new URL(`http://[${address}]`).hostname.slice(1, -1)
  return version === 4 ? address : null
}

function userAgentOf(headers: Headers): string | null {
  const text = headers
    .get('user-agent')
    ?.toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 256)
  return text ? text.toWellFormed() : null
}
