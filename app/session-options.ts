import type { SessionOptions } from 'coatcheck'

// This is plain data, because the server (sessions.ts) and the edge (middleware.ts) share it.
export const sessionOptions = {
  secret: process.env.SESSION_SECRET,
  maxAge: '14d',
  signIn: '/login',
  deviceBinding: isOnHttps(),
} satisfies SessionOptions

/**
 * Browsers bind sessions to a device only over https: on Vercel, and with SESSION_DEVICE_BINDING=on behind a proxy with
 * TLS. Sessions in cookies cannot be bound.
 */
function isOnHttps(): boolean {
  if (process.env.SESSION_ENGINE === 'cookie') return false
  return (process.env.SESSION_DEVICE_BINDING ?? (process.env.VERCEL ? 'on' : 'off')) === 'on'
}
