import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type KeptRow, rowStore, type SessionStore } from 'coatcheck'

/** Keeps each session in a file of its own, for one process at a time (Django's file engine). */
export function fileStore(folder: string, now = Date.now): SessionStore {
  mkdirSync(folder, { recursive: true })
  const fileOf = (id: string) => path.join(folder, `${id}.json`)
  const read = (file: string): KeptRow | null => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null)
  const isAt = (id: string, revision: number) => (read(fileOf(id))?.revision ?? 0) === revision
  return rowStore({
    name: 'file',
    now,
    get: async (id) => read(fileOf(id)),
    // Without an await inside, a function is one atomic step for its process.
    put: async (row, expected) => {
      if (!isAt(row.id, expected)) return false
      const draft = `${fileOf(row.id)}.new`
      writeFileSync(draft, JSON.stringify(row), { mode: 0o600 })
      renameSync(draft, fileOf(row.id)) // so that a crash leaves the old file or the new one, and no half
      return true
    },
    delete: async (id, expected) => {
      if (!isAt(id, expected)) return false
      rmSync(fileOf(id), { force: true })
      return expected > 0
    },
    all: function* () {
      for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
        const row = read(path.join(folder, name))
        if (row) yield row
      }
    },
  })
}
