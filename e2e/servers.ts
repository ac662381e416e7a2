import { makePgliteTemplate } from '../test/pglite'
import { startPostgres } from '../test/postgres'

/** Makes what the workers share, and leaves word in their environment: a PostgreSQL server, and an embedded database to copy. */
export default async function setup() {
  const template = await makePgliteTemplate()
  const postgres = process.env.TEST_DATABASE_URL ? null : await startPostgres()
  if (postgres) process.env.TEST_DATABASE_URL = postgres.url
  process.env.TEST_PGLITE = template.folder
  return async () => {
    template.remove()
    await postgres?.stop()
  }
}
