import path from 'node:path'
import { Project } from 'ts-morph'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { drizzleTestStore } from './databases'
import { CheckedFolder } from './docs/checked-folder.ts'
import { administration, commands, tests } from './from-django/administration'
import { behaviour } from './from-django/behaviour'
import { expiry } from './from-django/expiry'
import { messages } from './from-django/messages'
import { ownModel } from './from-django/own-model'
import { reading } from './from-django/reading'
import { library } from './from-django/scope'
import { settingUp } from './from-django/setting-up'
import { settings } from './from-django/settings'
import { signals } from './from-django/signals'
import { type Line, readLines } from './from-django/table'
import { type Cases, Trial } from './from-django/trial'
import { users } from './from-django/users'
import { writing } from './from-django/writing'

const lines = readLines()
const cases: Cases = Object.assign(
  {},
  settingUp,
  settings,
  reading,
  writing,
  expiry,
  users,
  messages,
  signals,
  administration,
  ownModel,
  commands,
  tests,
  behaviour,
)

describe('docs/from-django.md', () => {
  it('the page has one test for each row and one row for each test, in the same order', () => {
    expect(Object.keys(cases)).toEqual(lines.map(({ django }) => django))
  })

  it('the parser rejects a table row in any other form', () => {
    const table = (line: string) => `| Django | Coatcheck | What differs |\n| --- | --- | --- |\n${line}`
    expect(readLines(table('| `a` | `b` | c |'))).toEqual([{ django: 'a', kind: 'Coatcheck', code: 'b' }])
    for (const line of [
      '| `a` | `b` |',
      '| `a` | `b` |  |',
      '| `a` | b | c |',
      '| `a` | `b`, `c` | d |',
      '| `a` | `b | c` | d |',
    ]) {
      expect(() => readLines(table(line)), line).toThrow('Invalid row')
    }
    expect(() => readLines('| Django | Elsewhere | What differs |')).toThrow('Unknown table heading')
  })

  it('contains only code that TypeScript accepts', () => {
    const wrong: Line[] = [
      { django: 'code', kind: 'Coatcheck', code: "session.get('nmae')" },
      { django: 'option', kind: 'Option', code: 'maxAeg: 1' },
    ]
    const checked = [...lines.filter(({ kind }) => kind !== 'Command'), ...wrong]
    expect(typeErrors(checked)).toEqual(wrong.map(({ code }) => ({ code, problem: expect.anything() })))
  })

  describe('is correct for the row', () => {
    let under: Awaited<ReturnType<typeof drizzleTestStore>>
    beforeAll(async () => {
      under = await drizzleTestStore('pg')
    })
    afterEach(() => {
      vi.unstubAllEnvs()
    })
    afterAll(() => under.close())

    for (const line of lines) {
      it(`${line.django} → ${line.code}`, async () => {
        const trial = new Trial(line, under)
        await cases[line.django]?.(trial)
        expect(trial.wasRun).toBe(true)
      })
    }
  })
})

/** Returns the type errors of the rows, checked in the scope that they run in. */
function typeErrors(checked: readonly Line[]) {
  const scope = path.resolve(import.meta.dirname, 'from-django', 'scope.ts')
  const given = new Project().addSourceFileAtPath(scope).getInterfaceOrThrow('Given').getProperties()
  const names = [...Object.keys(library), ...given.map((property) => property.getName())]
  const tried = checked.map(({ kind, code }, index) =>
    kind === 'Option'
      ? `export const line${index}: Partial<ServerOptions<Shop, Person>> = { ${code} }`
      : `export const line${index} = async () => (${code})`,
  )
  const head = [
    "import type { ServerOptions } from 'coatcheck'",
    `import type { Given, library, Person, Shop } from '${scope}'`,
    'declare const scope: typeof library & Given',
    `export const { ${names.join(', ')} } = scope`,
  ]
  const folder = new CheckedFolder()
  folder.write('rows.ts', [...head, ...tried].join('\n'))
  return folder.typeErrors().map(({ line, text }) => ({ code: checked[line - head.length - 1]?.code, problem: text }))
}
