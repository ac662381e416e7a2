/**
 * Checks the settings and opens the database before the first request, so that wrong settings are reported at start. If opening the
 * database fails here, each later use tries again.
 */
export async function register() {
  // Keep exactly this condition: bundlers use it to drop the branch from the edge build, where the database cannot run.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const [{ database }, { watchRequests }] = await Promise.all([import('./app/db'), import('./app/requests/watch')])
    watchRequests()
    const report = (what: string) => (error: unknown) =>
      console.error(`${what}: ${error instanceof Error ? error.message : 'failed'}`)
    // A request without a cookie checks all options and does not access the store.
    const settings = import('./app/sessions').then(({ sessions }) => sessions.fromRequest(new Request('http://localhost')))
    await settings.catch(report('settings'))
    await database().catch(report('database'))
  }
}
