import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'

/**
 * An embedded database without tables, as a template to copy. PGlite takes ten times longer to create a database than to open one.
 */
export interface PgliteTemplate {
  readonly folder: string
  remove(): void
}

/** Creates a template. */
export async function makePgliteTemplate(): Promise<PgliteTemplate> {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-template-'))
  const client = await PGlite.create(path.join(folder, 'pglite'))
  await client.close()
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Copies the template at `folder` for DATA_DIR, and returns the folder of the copy, which is removed with the template. */
export function copyPglite(folder: string): string {
  const copy = mkdtempSync(path.join(folder, 'copy-'))
  cpSync(path.join(folder, 'pglite'), path.join(copy, 'pglite'), { recursive: true })
  return copy
}
