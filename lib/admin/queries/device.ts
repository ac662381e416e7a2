import Bowser from 'bowser'

/** The device that a user agent names. */
export interface Device {
  /** The name of the browser without its version, such as 'Firefox'; the name of the program for other clients; 'Unknown'. */
  readonly browser: string
  /** The operating system or the model, such as 'Windows' or 'iPhone'; '' if unknown. */
  readonly system: string
}

/** The models that are better known than their operating system. */
const models = new Set(['iPhone', 'iPad'])

/** Parses a recorded user agent. Accepts any text. */
export function parseDevice(userAgent: string | null): Device {
  if (!userAgent) return { browser: 'Unknown', system: '' }
  const { browser, os, platform } = Bowser.parse(userAgent)
  const { model = '' } = platform
  return { browser: browser.name || programName(userAgent), system: models.has(model) ? model : (os.name ?? '') }
}

/** Returns the device as text: 'Firefox on Windows'. */
export function deviceText(userAgent: string | null): string {
  const { browser, system } = parseDevice(userAgent)
  return system ? `${browser} on ${system}` : browser
}

/** Returns the number of sessions of each browser, without its version, most frequent first. */
export function browserCounts(userAgents: readonly { readonly userAgent: string | null; readonly count: number }[]) {
  const counts = new Map<string, number>()
  for (const { userAgent, count } of userAgents) {
    const { browser } = parseDevice(userAgent)
    counts.set(browser, (counts.get(browser) ?? 0) + count)
  }
  return [...counts].map(([browser, count]) => ({ browser, count })).sort((a, b) => b.count - a.count)
}

/** Returns the name of a program that is not a browser: 'curl' for 'curl/8.1.2'. */
function programName(userAgent: string): string {
  return /^[\w.+-]{1,40}/.exec(userAgent)?.[0] ?? 'Unknown'
}
