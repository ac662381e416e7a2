import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Returns the text of a file of the repository. */
export const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '..', '..', file), 'utf8')
