import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

/** Gives every test file the URL of a PostgreSQL server: TEST_DATABASE_URL, or one started for this run. */
export default async function setup(project: TestProject) {
  const given = process.env.TEST_DATABASE_URL
  const server = given ? null : await startPostgres()
  project.provide('postgresUrl', given ?? server?.url ?? '')
  return () => server?.stop()
}
