import { BlockList, isIPv6 } from 'node:net'
import Bowser from 'bowser'

/** What a device is, as far as the browser says. */
export type DeviceKind = 'desktop' | 'mobile' | 'tablet' | 'unknown'

/** A device as its owner may know it again; `userAgent` is the header, null if none was recorded. */
export function deviceOf(userAgent: string | null): { readonly name: string; readonly kind: DeviceKind } {
  if (!userAgent) return { name: 'Unknown browser', kind: 'unknown' }
  const { browser, os, platform } = Bowser.parse(userAgent)
  // What is no browser calls itself something like curl/8.5.0.
  const name = browser.name || `Unknown browser (${userAgent.slice(0, 40)})`
  const system = os.name === 'iOS' ? platform.model : os.name
  return { name: system ? `${name} on ${system}` : name, kind: kinds.find((kind) => kind === platform.type) ?? 'unknown' }
}

const kinds: readonly DeviceKind[] = ['desktop', 'mobile', 'tablet']

const thisMachine = new BlockList()
thisMachine.addSubnet('127.0.0.0', 8)
thisMachine.addAddress('::1', 'ipv6')

/** RFC 1918, RFC 3927, RFC 4193 and RFC 4291, 2.5.6. */
const localNetworks = new BlockList()
localNetworks.addSubnet('10.0.0.0', 8)
localNetworks.addSubnet('172.16.0.0', 12)
localNetworks.addSubnet('192.168.0.0', 16)
localNetworks.addSubnet('169.254.0.0', 16)
localNetworks.addSubnet('fc00::', 7, 'ipv6')
localNetworks.addSubnet('fe80::', 10, 'ipv6')

/** Where an address is; a public one stands for itself, since nobody is asked whose it is. */
export function placeOf(ip: string | null): string {
  if (!ip) return 'address not recorded'
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4'
  if (thisMachine.check(ip, family)) return 'this machine'
  return localNetworks.check(ip, family) ? 'your local network' : ip
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** How long ago `at` was, in its largest unit; less than a minute is "just now". */
export function agoText(at: Date, now: number): string {
  const seconds = (now - at.getTime()) / 1000
  const unit = units.find(([, size]) => seconds >= size)
  return unit ? relative.format(-Math.floor(seconds / unit[1]), unit[0]) : 'just now'
}

/** How many other devices were logged out; null: that cannot be done. */
export function endedWords(count: number | null): string {
  if (count === null) return 'Other devices stay logged in: their cookies hold all there is.'
  if (count === 0) return 'No other device was logged in.'
  return count === 1 ? 'The other device is logged out.' : `${count} other devices are logged out.`
}

/** Where somebody goes whose password is changed, but whose other devices may not be logged out. */
export const unfinishedPath = '/account/sessions?problem=password'
