/** Opens the database before the first request, so that a wrong setting shows at start; later failures are tried again at each use. */
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
    await database().catch((error: unknown) => console.error(`database: ${error instanceof Error ? error.message : 'not opened'}`))
  }
}
