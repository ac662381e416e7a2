import type { NextRequest } from 'next/server.js'
import { cookieValues } from '../core/cookie/carrier.ts'
import { DeviceSigner, deviceCookieName, needsProof, unboundCookieName, unboundMark } from '../core/cookie/device.ts'
import { deviceKeyInfo } from '../core/cookie/keys.ts'
import { isTokenOf } from '../core/cookie/token.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { StoredSession } from '../core/store/stored-session.ts'
import { privateResponse, withHeader } from '../web/private-response.ts'
import { webMacs } from '../web/web-crypto.ts'
import { registration } from './device.ts'

const header = 'secure-session-registration'

/** Asks browsers to bind new sessions to their device. */
export interface DeviceRegistrar {
  /** Returns true for the path of the device handler. A redirect of this path would log visitors out. */
  isHandler(request: NextRequest): boolean
  /** Returns false if the session is bound to a device and the request has no proof of it. */
  isProven(request: NextRequest, row: StoredSession): Promise<boolean>
  /**
   * Returns the response with `Secure-Session-Registration` for the session `id`, unless the request has a proof of its
   * device, loads a file, or prefetches a document. No shared cache stores the result.
   */
  invite(request: NextRequest, id: string, response: Response): Promise<Response>
}

/** Creates the registrar; null without the option `deviceBinding`. */
export function deviceRegistrar({ deviceBinding, cookie, secrets }: ResolvedOptions): DeviceRegistrar | null {
  if (!deviceBinding) return null
  const signer = new DeviceSigner(cookie.name, webMacs(secrets, deviceKeyInfo))
  const isHandler = ({ nextUrl }: NextRequest) => nextUrl.basePath + nextUrl.pathname === deviceBinding.path
  const proofs = (headers: Headers) => cookieValues(headers.get('cookie'), deviceCookieName(cookie))
  const isTooLate = (headers: Headers, id: string) => {
    const marks = cookieValues(headers.get('cookie'), unboundCookieName(cookie))
    const tokens = cookieValues(headers.get('cookie'), cookie.name).filter((value) => isTokenOf(id, value))
    return tokens.some((token) => marks.includes(unboundMark(token)))
  }
  return {
    isProven: async ({ headers }, row) => !needsProof(row) || signer.isProof(row.id, proofs(headers), Date.now() / 1000),
    isHandler,
    invite: async (request, id, response) => {
      const { headers } = request
      // If the refusal of a registration had an invitation, the browser would try again at once, without end.
      if (isHandler(request)) return response
      // The browser has a key but could not renew its proof. It must not create another key.
      if (headers.has('secure-session-skipped') || !isUsed(headers) || isTooLate(headers, id)) return response
      const nowSeconds = Date.now() / 1000
      if (await signer.isProof(id, proofs(headers), nowSeconds)) return response
      // A shared cache would send the invitation to other visitors, who would bind this session to their devices.
      return withHeader(privateResponse(response), header, await registration(id, deviceBinding.path, signer, nowSeconds))
    },
  }
}

/** Returns true for documents and fetches, such as the router's; false for prefetches and for files. */
function isUsed(headers: Headers): boolean {
  const destination = headers.get('sec-fetch-dest') ?? 'document'
  return ['document', 'empty'].includes(destination) && !headers.has('sec-purpose')
}
