import type { SessionOptions } from 'coatcheck'

/** The options that the pages and the guard share. */
export const options: SessionOptions = {
  secret: process.env.SESSION_SECRET ?? '',
  // The browser sends the cookie over plain HTTP, too.
  cookie: { secure: false },
  signIn: '/sign-in',
}
