import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What the middle cell of a line holds: code to run, options of `createSessions`, or a command. */
type Kind = 'Coatcheck' | 'Option' | 'Command'
const kinds: readonly string[] = ['Coatcheck', 'Option', 'Command'] satisfies Kind[]

/** One line of a table in docs/from-django.md. */
export interface Line {
  /** The first cell without its backticks: the name of its test. */
  readonly django: string
  readonly kind: Kind
  /** What stands between the backticks of the middle cell. */
  readonly code: string
}

const file = path.resolve(import.meta.dirname, '..', '..', 'docs', 'from-django.md')

/** Every line of every table of the page, in its order; throws where a line is not as all lines are. */
export function readLines(text = readFileSync(file, 'utf8')): readonly Line[] {
  let kind: Kind | undefined
  const lines: Line[] = []
  for (const line of text.split('\n').filter((line) => line.startsWith('|'))) {
    const cells = line.split('|').slice(1, -1)
    const [django = '', code = '', difference = ''] = cells.map((cell) => cell.trim())
    if (/^-+$/.test(django)) continue
    if (django === 'Django') kind = kindOf(code)
    else if (!kind || cells.length !== 3 || !/^`[^`]+`$/.test(code) || difference === '') throw new Error(`No line: ${line}`)
    else lines.push({ django: django.replaceAll('`', ''), kind, code: code.slice(1, -1) })
  }
  return lines
}

function kindOf(heading: string): Kind {
  const index = kinds.indexOf(heading)
  if (index === -1) throw new Error(`No heading of a table: ${heading}`)
  return kinds[index] as Kind
}
