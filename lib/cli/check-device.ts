import { resolveDeviceBinding } from '../core/device-options.ts'
import type { ServerOptions } from '../core/options.ts'
import { innermostCode } from './errors.ts'
import { type Finding, ok, type PartResult, skipped } from './finding.ts'
import { safeText } from './format.ts'

const name = 'Device path'
/** Chrome holds every page of the user for 20 s while the path does not respond. */
const timeoutMs = 10_000
/** Belongs to no session, so the handler responds that the browser must forget it, and reads no store. */
const identifier = 'coatcheck-check'

/**
 * Checks that the path of the option `deviceBinding` responds as browsers expect, at the app's public address `url`: no
 * redirect, no rate limit, no login wall. Returns no finding for an app without the option. Without a config, it checks the
 * default path.
 */
export async function checkDevice(options: ServerOptions | null, url: URL | undefined): Promise<PartResult> {
  const binding = bindingOf(options)
  if (!binding) return { findings: [], facts: {} }
  if (!url && !options) return { findings: [], facts: {} }
  if (!url) return { findings: [skipped(name, `${binding.path}; test it with: --url https://<your app>`)], facts: {} }
  const address = new URL(binding.path, url)
  try {
    const response = await askAsBrowser(address)
    const finding = { name, ...describe(address, response.status, response.headers, await response.text()) }
    return { findings: [finding], facts: { deviceStatus: response.status } }
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError'
    const reason = isLate ? `within ${timeoutMs / 1000} s` : `(${innermostCode(error) ?? 'no code'})`
    const text = `${address.href} does not respond ${reason}`
    return { findings: [{ name, text, remedy: 'Start the app, or correct --url.' }], facts: { deviceStatus: null } }
  }
}

function bindingOf(options: ServerOptions | null) {
  try {
    return resolveDeviceBinding(options ? options.deviceBinding : true)
  } catch {
    return null // checkOptions reports the error.
  }
}

function askAsBrowser(address: URL): Promise<Response> {
  const headers = { origin: address.origin, 'sec-fetch-site': 'same-origin', 'sec-secure-session-id': identifier }
  return fetch(address, { method: 'POST', headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
}

function describe(address: URL, status: number, headers: Headers, body: string): Omit<Finding, 'name'> {
  if (status === 200 && isFromHandler(body)) return ok(name, `${address.href} responds`)
  const location = headers.get('location')
  if (location !== null) {
    const text = `${address.href} redirects (${status}) to ${safeText(location)}`
    return { text, remedy: 'Exclude the path from redirects: after one, browsers give up and their users must log in again.' }
  }
  if (status >= 500) {
    return { text: `${address.href} responds with ${status}`, remedy: 'The log of the app shows the cause.' }
  }
  const text = `${address.href} responds with ${status}${status === 200 ? ', but not with the expected JSON' : ''}`
  const handler = 'export const POST = sessions.deviceHandler()'
  return { text, remedy: `Export the handler there (${handler}), and keep logins, rate limits and bot checks away.` }
}

function isFromHandler(body: string): boolean {
  try {
    return JSON.parse(body).session_identifier === identifier
  } catch {
    return false
  }
}
