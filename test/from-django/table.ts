import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The kind of a row's middle cell: code to run, options of `createSessions`, or a command. */
type Kind = 'Coatcheck' | 'Option' | 'Command'
const kinds: readonly string[] = ['Coatcheck', 'Option', 'Command'] satisfies Kind[]

/** One row of a table in docs/from-django.md. */
export interface Line {
  /** The first cell without its backticks. It is also the key of the row's test. */
  readonly django: string
  readonly kind: Kind
  /** The text between the backticks of the middle cell. */
  readonly code: string
}

const file = path.resolve(import.meta.dirname, '..', '..', 'docs', 'from-django.md')

/** Returns all rows of all tables of the page, in order. Throws if a row has another form. */
export function readLines(text = readFileSync(file, 'utf8')): readonly Line[] {
  let kind: Kind | undefined
  const lines: Line[] = []
  for (const line of text.split('\n').filter((line) => line.startsWith('|'))) {
    const cells = line.split('|').slice(1, -1)
    const [django = '', code = '', difference = ''] = cells.map((cell) => cell.trim())
    if (/^-+$/.test(django)) continue
    if (django === 'Django') kind = kindOf(code)
    else if (!kind || cells.length !== 3 || !/^`[^`]+`$/.test(code) || difference === '') throw new Error(`Invalid row: ${line}`)
    else lines.push({ django: django.replaceAll('`', ''), kind, code: code.slice(1, -1) })
  }
  return lines
}

function kindOf(heading: string): Kind {
  const index = kinds.indexOf(heading)
  if (index === -1) throw new Error(`Unknown table heading: ${heading}`)
  return kinds[index] as Kind
}
