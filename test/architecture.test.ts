import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Project } from 'ts-morph'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const project = new Project({ tsConfigFilePath: path.join(root, 'tsconfig.json') })
const isTest = (file: string) => /\.test\.tsx?$/.test(file)

/** Every import of the project's own files: from where, of what. */
const imports = project.getSourceFiles().flatMap((file) => {
  const from = path.relative(root, file.getFilePath())
  return file.getImportStringLiterals().map((literal) => {
    const specifier = literal.getLiteralText()
    const to = specifier.startsWith('.') ? path.join(path.dirname(from), specifier) : specifier
    return { from, to }
  })
})
const within = (folder: string) => imports.filter(({ from }) => from.startsWith(folder) && !isTest(from))
const reached = (folder: string) =>
  [...new Set(within(folder).map(({ to }) => (to.startsWith('lib/') ? to.split('/').slice(0, 2).join('/') : to)))].sort()

describe('architecture', () => {
  it('core knows nobody', () => {
    expect(reached('lib/core/')).toEqual(['lib/core'])
    const environment = project
      .getSourceFiles('lib/core/**')
      .filter((file) => !isTest(file.getFilePath()) && /process\.env|\bBuffer\b/.test(file.getText()))
    expect(environment.map((file) => file.getBaseName())).toEqual([])
  })

  it('next and stores know core, not each other; the admin sits on next', () => {
    expect(reached('lib/stores/').filter((to) => to.startsWith('lib/'))).toEqual(['lib/core', 'lib/stores'])
    expect(reached('lib/next/').filter((to) => to.startsWith('lib/'))).toEqual(['lib/core', 'lib/next', 'lib/web'])
    expect(reached('lib/admin/').filter((to) => to.startsWith('lib/'))).toEqual(['lib/admin', 'lib/core', 'lib/next'])
    expect(reached('lib/cli/').filter((to) => to.startsWith('lib/'))).toEqual(['lib/cli', 'lib/core', 'lib/stores'])
  })

  it('each entry reaches only what a user of it has installed', () => {
    const packages = (entry: string) => [...reachableFrom(entry)].filter((to) => !to.startsWith('lib/')).sort()
    expect(packages('lib/index.ts')).toEqual([
      'next/cache.js',
      'next/headers.js',
      'next/navigation',
      'next/navigation.js',
      'next/server.js',
      'node:crypto',
      'react',
    ])
    const admin = ['@mantine/charts', '@mantine/core', 'bowser', 'next/link.js']
    expect(packages('lib/admin.ts').filter((to) => !packages('lib/index.ts').includes(to))).toEqual(admin)
    expect(packages('lib/middleware.ts')).toEqual(['next/server.js'])
    expect(packages('lib/redis.ts')).toEqual(['node:crypto'])
    expect(packages('lib/cookie.ts')).toEqual(['jose'])
    expect(packages('lib/drizzle.ts').filter((to) => !to.startsWith('drizzle-orm'))).toEqual(['node:path', 'node:url'])
  })

  it('what the guard may load runs on the edge, where there is neither Buffer nor process', () => {
    const loaded = ['lib/cookie.ts', ...reachableFrom('lib/cookie.ts')].filter((file) => file.startsWith('lib/'))
    const texts = loaded.map((file) => project.getSourceFileOrThrow(path.join(root, file)).getText())
    expect(texts.filter((text) => /\bprocess\b|\bBuffer\b|node:/.test(text))).toEqual([])
  })

  it('entries lie flat in lib and only re-export', () => {
    // cli.ts is the bin: it parses and dispatches.
    const entries = readdirSync(path.join(root, 'lib')).filter((name) => name.endsWith('.ts') && name !== 'cli.ts')
    const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    expect(entries.map((name) => (name === 'index.ts' ? '.' : `./${name.slice(0, -3)}`)).sort()).toEqual(
      Object.keys(exports)
        .filter((name) => name !== './package.json')
        .sort(),
    )
    for (const name of entries) {
      const statements = project.getSourceFileOrThrow(path.join(root, 'lib', name)).getStatements()
      expect(statements.filter((statement) => !/^export (type )?\{[^}]*\} from /.test(statement.getText()))).toEqual([])
    }
  })

  it('the demo reaches the library by its package name only', () => {
    const users = imports.filter(({ from }) => /^(app|e2e)\/|^(middleware|instrumentation)\.ts/.test(from) && !isTest(from))
    expect(users.filter(({ to }) => to.startsWith('lib/'))).toEqual([])
  })

  it('has no import cycle', () => {
    const files = new Set(within('lib/').map(({ from }) => from))
    expect([...files].filter((file) => reachableFrom(file).has(file))).toEqual([])
  })
})

/** All that `entry` imports, directly or not. */
function reachableFrom(entry: string): Set<string> {
  const seen = new Set<string>()
  const visit = (file: string) => {
    for (const { from, to } of imports) {
      if (from !== file || seen.has(to)) continue
      seen.add(to)
      visit(to)
    }
  }
  visit(entry)
  return seen
}
