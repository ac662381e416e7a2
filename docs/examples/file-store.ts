import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type DriverRow, rowStore, type SessionStore } from 'coatcheck/store'

/** Returns a store that writes each session to its own file, for one process at a time (Django's file engine). */
export function fileStore(folder: string, now = Date.now): SessionStore {
  mkdirSync(folder, { recursive: true })
  const fileOf = (id: string) => path.join(folder, `${id}.json`)
  const read = (file: string): DriverRow | null => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null)
  const isAt = (id: string, revision: number) => (read(fileOf(id))?.revision ?? 0) === revision
  return rowStore({
    name: 'file',
    now,
    get: async (id) => read(fileOf(id)),
    // The function contains no await, so it is one atomic step in its process.
    put: async (row, expected) => {
      if (!isAt(row.id, expected)) return false
      const draft = `${fileOf(row.id)}.new`
      writeFileSync(draft, JSON.stringify(row), { mode: 0o600 })
      renameSync(draft, fileOf(row.id)) // a crash leaves either the old file or the new one, never half a file
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
