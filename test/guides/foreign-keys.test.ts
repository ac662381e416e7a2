import { createSessions } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as schema from '../../docs/examples/app/schema'
import { addUpload } from '../../docs/examples/app/uploads'
import { FakeBrowser } from '../browser'
import { freshDatabase } from '../databases'

/** The statements that `drizzle-kit generate` writes for the schema. */
const migration = () => generateMigration(generateDrizzleJson({}), generateDrizzleJson(schema))

describe('docs/foreign-keys.md', () => {
  let open: Awaited<ReturnType<typeof freshDatabase>>
  beforeAll(async () => {
    open = await freshDatabase('pglite')
    for (const statement of await migration()) await open.db.execute(sql.raw(statement))
  })
  afterAll(() => open?.close())

  async function visitorWithUpload() {
    const { getSession } = createSessions<{ hasUploads: boolean }>({
      secret: 'a secret for tests, 32 characters',
      store: drizzleStore(open.db),
    })
    const browser = new FakeBrowser()
    const visit = <T>(fn: (session: Awaited<ReturnType<typeof getSession>>) => Promise<T>) =>
      browser.visit(async () => fn(await getSession()))
    await visit((session) => addUpload(open.db, session, 'hat.png'))
    const names = async () => (await open.db.select({ name: schema.uploads.name }).from(schema.uploads)).map(({ name }) => name)
    return { visit, names }
  }

  it('an upload of an anonymous visitor survives a login and a new token, and a logout deletes it', async () => {
    const { visit, names } = await visitorWithUpload()
    await visit((session) => session.login('7'))
    await visit((session) => session.cycleKey())
    expect(await names()).toEqual(['hat.png'])
    await visit((session) => session.logout())
    expect(await names()).toEqual([])
  })

  it('a login as another user deletes the uploads of the previous user', async () => {
    const { visit, names } = await visitorWithUpload()
    await visit((session) => session.login('7'))
    await visit((session) => session.login('8'))
    expect(await names()).toEqual([])
  })
})
