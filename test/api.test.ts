import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { type ExportedDeclarations, Node, Project } from 'ts-morph'
import { describe, expect, it } from 'vitest'
import { read } from './docs/read.ts'

const root = path.resolve(import.meta.dirname, '..')
const project = new Project({ tsConfigFilePath: path.join(root, 'tsconfig.build.json') })
const entries = ['index', 'admin', 'client', 'config', 'cookie', 'drizzle', 'redis', 'middleware', 'store', 'testing']
const exported = (entry: string) => project.getSourceFileOrThrow(path.join(root, 'lib', `${entry}.ts`)).getExportedDeclarations()

/** Describes the public part of a declaration: its kind, and the public members of a class or an interface. */
function shape(declaration: ExportedDeclarations): string {
  if (Node.isClassDeclaration(declaration)) {
    const inherited = declaration.getBaseClass()?.getInstanceMembers() ?? []
    const members = [...inherited, ...declaration.getInstanceMembers()].filter((member) => member.getScope() === 'public')
    const names = members.map((member) => member.getName()).filter((name) => !name.startsWith('#'))
    return `class ${[...new Set(names)].sort().join(' ')}`
  }
  if (Node.isInterfaceDeclaration(declaration)) {
    const members = declaration.getType().getProperties()
    return `interface ${members
      .map((member) => member.getName())
      .sort()
      .join(' ')}`
  }
  return declaration
    .getKindName()
    .replace(/Declaration$/, '')
    .toLowerCase()
}

/** Returns the public members of an export of `coatcheck`. */
function membersOf(name: string): string[] {
  const [declaration] = exported('index').get(name) ?? expect.unreachable()
  const names = declaration?.getType().getProperties() ?? []
  return names.map((member) => member.getName()).filter((member) => !/^(#|__@|toJSON$)/.test(member))
}

describe('the public API', () => {
  it.each(entries)('the exports of %s match the snapshot', (entry) => {
    const names = [...exported(entry)].map(([name, [declaration]]) => `${name}: ${declaration ? shape(declaration) : ''}`)
    expect(names.sort().join('\n')).toMatchSnapshot()
  })

  it.each(entries)('every export of %s has a doc comment', (entry) => {
    const bare = [...exported(entry)].filter(([, declarations]) => {
      const [declaration] = declarations
      const owner = declaration && Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : declaration
      const overloads = declaration && Node.isFunctionDeclaration(declaration) ? declaration.getOverloads() : []
      return ![owner, ...overloads].some((node) => node && Node.isJSDocable(node) && node.getJsDocs().length > 0)
    })
    expect(bare.map(([name]) => name)).toEqual([])
  })

  it.each(['index', 'drizzle', 'redis'])(
    'in the browser, %s exports the same values, and those that need a server refuse',
    async (entry) => {
      const [server, browser] = await Promise.all([import(`../lib/${entry}.ts`), import(`../lib/in-browser/${entry}.ts`)])
      expect(Object.keys(browser).sort()).toEqual(Object.keys(server).sort())
      const refusing = Object.keys(browser).filter((name) => browser[name] !== server[name])
      expect(refusing.length).toBeGreaterThan(1)
      for (const name of refusing) {
        expect(browser[name]).toThrow(`does not run in the browser. Import it in server code only; client components import from`)
      }
    },
  )

  it('every error code has a section in docs/errors.md', () => {
    const codes = exported('index')
      .get('SessionErrorCode')?.[0]
      ?.getType()
      .getUnionTypes()
      .map((type) => String(type.getLiteralValue()))
    const docs = read('docs/errors.md')
    const sections = [...docs.matchAll(/^## (.+)$/gm)].map(([, title]) => title)
    expect(sections.sort()).toEqual(codes?.sort())
  })
})

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
