import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'

/** An embedded database without tables, to copy: to make one takes PGlite ten times as long as to open one. */
export interface PgliteTemplate {
  readonly folder: string
  remove(): void
}

/** Makes a template. */
export async function makePgliteTemplate(): Promise<PgliteTemplate> {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-template-'))
  const client = await PGlite.create(path.join(folder, 'pglite'))
  await client.close()
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A folder of its own with a copy of the template at `folder`, for DATA_DIR. */
export function copyPglite(folder: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'coatcheck-pglite-'))
  cpSync(folder, copy, { recursive: true })
  return copy
}
