import type { SessionOptions } from 'coatcheck'

export const sessionOptions = { secret: process.env.SESSION_SECRET, signIn: '/login' } satisfies SessionOptions
