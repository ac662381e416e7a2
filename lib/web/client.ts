import type { ResolvedServerOptions } from '../core/options.ts'
import type { Client } from '../core/store/store.ts'

/** The browser of a request, as far as it is recorded; never fails, whatever the headers hold. */
export function clientOf(headers: Headers, { recordClient, trustedProxies, clientIp }: ResolvedServerOptions): Client {
  if (!recordClient) return { ip: null, userAgent: null }
  return {
    ip: addressOf(clientIp ? safely(() => clientIp(headers)) : forwarded(headers, trustedProxies)),
    userAgent: userAgentOf(headers),
  }
}

/** The address that the outermost trusted proxy saw: what stands further left, the client may have written itself. */
function forwarded(headers: Headers, trustedProxies: number): string | undefined {
  return trustedProxies === 0 ? undefined : headers.get('x-forwarded-for')?.split(',').at(-trustedProxies)
}

function safely<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch (error) {
    console.error('coatcheck: clientIp threw', error instanceof Error ? error.name : typeof error)
    return undefined
  }
}

/** The address without port and brackets, in canonical form; null if it is none. */
function addressOf(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > 64) return null
  const bare = text
    .trim()
    .replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '') // an IPv4 address, as a socket for both kinds shows it
  const four = bare.split('.')
  if (four.length === 4 && four.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return bare
  const url = `http://[${bare}]`
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(bare) && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : null
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
