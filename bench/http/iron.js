/** Returns the options of iron-session. This is a function so that it reads the secret at run time, not while Next builds. */
export const ironOptions = () => ({ password: process.env.BENCH_SECRET, cookieName: 'iron', cookieOptions: { secure: false } })
