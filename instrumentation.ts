/** Looks at the settings and opens the database before the first request, so that a wrong one shows at start; later failures are tried again at each use. */
export async function register() {
  // In this very form, since bundlers drop the branch by it where the edge runtime has no database.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const [{ database }, { watchRequests }, { colourActions }] = await Promise.all([
      import('./app/db'),
      import('./app/requests/watch'),
      import('./app/code/highlight'),
    ])
    watchRequests()
    await colourActions()
    const say = (what: string) => (error: unknown) => console.error(`${what}: ${error instanceof Error ? error.message : 'failed'}`)
    // A request without a cookie looks at all options, and asks no store.
    const settings = import('./app/sessions').then(({ sessions }) => sessions.fromRequest(new Request('http://localhost')))
    await settings.catch(say('settings'))
    await database().catch(say('database'))
  }
}
