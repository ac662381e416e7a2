import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { Project } from 'ts-morph'
import { describe, expect, it } from 'vitest'
import { read } from './docs/read.ts'

const root = path.resolve(import.meta.dirname, '..')
const project = new Project({ tsConfigFilePath: path.join(root, 'tsconfig.json') })

/** Returns the public members of an export of `coatcheck`. */
function membersOf(name: string): string[] {
  const [declaration] =
    project
      .getSourceFileOrThrow(path.join(root, 'lib', 'index.ts'))
      .getExportedDeclarations()
      .get(name) ?? expect.unreachable()
  const names = declaration?.getType().getProperties() ?? []
  return names.map((member) => member.getName()).filter((member) => !/^(#|__@|toJSON$)/.test(member))
}

describe('docs/reference.md', () => {
  const page = read('docs/reference.md')
  const section = (heading: string) => page.slice(page.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1] ?? ''

  it('the table of options names every option of createSessions', () => {
    const cells = [...section('Options').matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? [])
    expect(cells.sort()).toEqual(membersOf('ServerOptions').sort())
  })

  it('the table of the session names every member of a session', () => {
    const missing = membersOf('Session').filter((member) => !new RegExp(`\`${member}[\`(]`).test(section('The session')))
    expect(missing).toEqual([])
  })

  it('the page names every member of sessions', () => {
    expect(membersOf('Sessions').filter((member) => !new RegExp(`\\b${member}\\b`).test(page))).toEqual([])
  })
})

it('docs/api is what `npm run docs` writes', () => {
  expect(() => execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root, stdio: 'pipe' })).not.toThrow()
})
