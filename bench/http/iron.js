/** Returns the options of iron-session. A function, so that the secret is read at run time and not while Next builds. */
export const ironOptions = () => ({ password: process.env.BENCH_SECRET, cookieName: 'iron', cookieOptions: { secure: false } })
