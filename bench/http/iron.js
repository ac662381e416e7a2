/** Made anew for each use: iron-session takes no secret while Next builds. */
export const ironOptions = () => ({ password: process.env.BENCH_SECRET, cookieName: 'iron', cookieOptions: { secure: false } })
