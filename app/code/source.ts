import { readFileSync } from 'node:fs'
import path from 'node:path'

// Each path is a literal. With a computed path, the build would assume that the server may read any file, and would
// trace all files.
const read = (file: string) => readFileSync(file, 'utf8')
const files = {
  'app/actions.ts': () => read(path.join(process.cwd(), 'app', 'actions.ts')),
  'app/timeout/actions.ts': () => read(path.join(process.cwd(), 'app', 'timeout', 'actions.ts')),
  'app/account/actions.ts': () => read(path.join(process.cwd(), 'app', 'account', 'actions.ts')),
}

/** The source of an action. */
export interface ActionSource {
  readonly file: string
  readonly whole: string
  /** The lines that the action passes to `redirectOnError`, which use the session; null if there are none. */
  readonly change: string | null
}

/** Returns the current source of an action. */
export function sourceOf(name: string): ActionSource {
  const { file, text } = actions().find((action) => action.name === name) ?? { file: '', text: '' }
  return { file, whole: text, change: changeIn(text) }
}

/** Returns each exported function of the files. It ends with a brace at the start of a line. */
function actions() {
  return Object.entries(files).flatMap(([file, read]) => {
    const found = read().matchAll(/^export async function (\w+)[\s\S]*?^\}/gm)
    return [...found].map(([text, name]) => ({ file, name, text }))
  })
}

/** Returns the body of the function that the action passes to `redirectOnError`, without its indentation; null if there is none. */
function changeIn(action: string): string | null {
  const [, body] = /^ {2}await redirectOnError\(form, async \(\) => \{\n([\s\S]*?)\n {2}\}\)$/m.exec(action) ?? []
  return body?.replace(/^ {4}/gm, '') ?? null
}
