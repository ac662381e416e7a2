import type { NextRequest } from 'next/server.js'
import { cookieValues } from '../core/cookie/carrier.ts'
import { DeviceSigner, deviceCookieName } from '../core/cookie/device.ts'
import { deviceKeyInfo } from '../core/cookie/keys.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { withHeader } from '../web/private-response.ts'
import { webMacs } from '../web/web-crypto.ts'
import { registration } from './device.ts'

const header = 'secure-session-registration'

/** Asks browsers to bind new sessions to their device. */
export interface DeviceRegistrar {
  /** Returns true for the path of the device handler. A redirect there would end the sessions of its visitors. */
  isHandler(request: NextRequest): boolean
  /**
   * Returns the response with `Secure-Session-Registration` for the session `id`, unless the request has a proof of its device.
   */
  invite(request: NextRequest, id: string, response: Response): Promise<Response>
}

/** Creates the registrar; null without the option `deviceBinding`. */
export function deviceRegistrar({ deviceBinding, cookie, secrets }: ResolvedOptions): DeviceRegistrar | null {
  if (!deviceBinding) return null
  const signer = new DeviceSigner(cookie.name, webMacs(secrets, deviceKeyInfo))
  return {
    isHandler: ({ nextUrl }) => nextUrl.basePath + nextUrl.pathname === deviceBinding.path,
    invite: async ({ headers }, id, response) => {
      // The browser has a key but could not renew its proof: it must not make another one.
      if (headers.has('secure-session-skipped')) return response
      const nowSeconds = Date.now() / 1000
      if (await signer.isProof(id, cookieValues(headers.get('cookie'), deviceCookieName(cookie)), nowSeconds)) return response
      return withHeader(response, header, await registration(id, deviceBinding.path, signer, nowSeconds))
    },
  }
}
