import type { SessionOptions } from 'coatcheck'

// Plain data, shared by the server (sessions.ts) and the edge (middleware.ts).
export const sessionOptions = {
  secret: process.env.SESSION_SECRET,
  maxAge: '14d',
  signIn: '/login',
} satisfies SessionOptions
