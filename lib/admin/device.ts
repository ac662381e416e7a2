import Bowser from 'bowser'

/** A user agent in words. */
export interface Device {
  /** The family of the browser, such as 'Firefox'; of other programs what they call themselves. */
  readonly browser: string
  /** 'Windows', 'iPhone'; '' if it does not say. */
  readonly system: string
}

/** The devices that name themselves better than their system does. */
const models = new Set(['iPhone', 'iPad'])

/** The device that a recorded user agent names; never fails, whatever it says. */
export function deviceOf(userAgent: string | null): Device {
  if (!userAgent) return { browser: 'Unknown', system: '' }
  const { browser, os, platform } = Bowser.parse(userAgent)
  const { model = '' } = platform
  return { browser: browser.name || programOf(userAgent), system: models.has(model) ? model : (os.name ?? '') }
}

/** The same as one text: 'Firefox on Windows'. */
export function deviceText(userAgent: string | null): string {
  const { browser, system } = deviceOf(userAgent)
  return system ? `${browser} on ${system}` : browser
}

/** How many sessions each family of browsers has, most first. */
export function browserCounts(userAgents: readonly { readonly userAgent: string | null; readonly count: number }[]) {
  const counts = new Map<string, number>()
  for (const { userAgent, count } of userAgents) {
    const { browser } = deviceOf(userAgent)
    counts.set(browser, (counts.get(browser) ?? 0) + count)
  }
  return [...counts].map(([browser, count]) => ({ browser, count })).sort((a, b) => b.count - a.count)
}

/** What a program that is no browser calls itself: 'curl' of 'curl/8.1.2'. */
function programOf(userAgent: string): string {
  return /^[\w.+-]{1,40}/.exec(userAgent)?.[0] ?? 'Unknown'
}
