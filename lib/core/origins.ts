import { SessionError } from './errors.ts'

/**
 * Returns the origins unchanged.
 * @throws {SessionError} CONFIG_INVALID if one of them is not an http(s) origin in the form that browsers send (RFC 6454, section
 * 6.2).
 */
export function checkOrigins(origins: readonly string[]): readonly string[] {
  const wrong = origins.find((origin) => !/^https?:\/\/[^*]+$/.test(origin) || originOf(origin) !== origin)
  if (wrong === undefined) return origins
  const remedy = "use origins such as 'https://shop.example', without a path or *."
  throw new SessionError('CONFIG_INVALID', `trustedOrigins has ${JSON.stringify(wrong)}; ${remedy}`)
}

/** Returns the origin of a URL; null if `url` is not a URL. */
export function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}
