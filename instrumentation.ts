/** Opens the database before the first request, so that a wrong setting shows at start; later failures are retried at each use. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return
  const { database } = await import('./app/db')
  await database().catch((error: unknown) =>
    console.error(`database: ${error instanceof Error ? error.message : 'could not be opened'}`),
  )
}
