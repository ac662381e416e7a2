import { BlockList, isIPv6 } from 'node:net'
import Bowser from 'bowser'

/** The type of a device, as reported by its browser. */
export type DeviceKind = 'desktop' | 'mobile' | 'tablet' | 'unknown'

const kinds: readonly DeviceKind[] = ['desktop', 'mobile', 'tablet']

/** Returns a name by which the user recognises a device, and its type. `userAgent` is null if it was not recorded. */
export function deviceOf(userAgent: string | null): { readonly name: string; readonly kind: DeviceKind } {
  if (!userAgent) return { name: 'Unknown browser', kind: 'unknown' }
  const { browser, os, platform } = Bowser.parse(userAgent)
  // Clients that are not browsers send something like curl/8.5.0.
  const name = browser.name || `Unknown browser (${userAgent.slice(0, 40)})`
  const system = os.name === 'iOS' ? platform.model : os.name
  return { name: system ? `${name} on ${system}` : name, kind: kinds.find((kind) => kind === platform.type) ?? 'unknown' }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** RFC 1918, RFC 3927, RFC 4193 and RFC 4291, 2.5.6. */
const localNetworks = new BlockList()
localNetworks.addSubnet('10.0.0.0', 8)
localNetworks.addSubnet('172.16.0.0', 12)
localNetworks.addSubnet('192.168.0.0', 16)
localNetworks.addSubnet('169.254.0.0', 16)
localNetworks.addSubnet('fc00::', 7, 'ipv6')
localNetworks.addSubnet('fe80::', 10, 'ipv6')

/** Returns the location of an IP address. Returns a public address unchanged, because the demo uses no lookup service. */
export function locationOf(ip: string): string {
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4'
  if (loopback.check(ip, family)) return 'this machine'
  return localNetworks.check(ip, family) ? 'your local network' : ip
}

/** Returns the message for a number of other devices that were logged out; null if the engine cannot count them. */
export function loggedOutText(count: number | null): string {
  if (count === null) return 'Your other devices are logged out.'
  if (count === 0) return 'No other device was logged in.'
  return count === 1 ? 'The other device is logged out.' : `${count} other devices are logged out.`
}

/**
 * The maximum age of a login for logging out devices or changing the password. After that, the user must enter the
 * password again.
 */
export const reauthenticateAfter = '10m'

/** The path of the devices page with a warning that other devices may still be logged in after a password change. */
export const unfinishedPath = '/account/sessions?problem=password'
