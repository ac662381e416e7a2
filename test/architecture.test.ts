import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Project, SyntaxKind } from 'ts-morph'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
// The rules read only the project's own files. TypeScript takes three times as long if it also loads the packages' types.
const compilerOptions = { noResolve: true, noLib: true }
const project = new Project({ tsConfigFilePath: path.join(root, 'tsconfig.json'), compilerOptions })
const isTest = (file: string) => /\.test\.tsx?$/.test(file)

/** Every import of the project. */
const imports = project.getSourceFiles().flatMap((file) => {
  const from = path.relative(root, file.getFilePath())
  return file.getImportStringLiterals().flatMap((literal) => {
    const specifier = literal.getLiteralText()
    if (specifier.startsWith('.')) return { from, to: path.join(path.dirname(from), specifier) }
    // A package's types are not loaded at run time.
    return literal.getParentIfKind(SyntaxKind.ImportDeclaration)?.isTypeOnly() ? [] : { from, to: specifier }
  })
})
const within = (folder: string) => imports.filter(({ from }) => from.startsWith(folder) && !isTest(from))
const reached = (folder: string) =>
  [...new Set(within(folder).map(({ to }) => (to.startsWith('lib/') ? to.split('/').slice(0, 2).join('/') : to)))].sort()

/** The folders of `lib` that code within `folder` imports, two levels deep for core. */
const folderOf = (file: string) =>
  (file.startsWith('lib/core/') ? file.split('/').slice(0, 3) : file.split('/').slice(0, 2)).join('/')
const foldersOf = (folder: string) =>
  [...new Set(within(folder).flatMap(({ to }) => (to.startsWith('lib/') ? [folderOf(to)] : [])))].sort()
const topLevel = (folder: string) => [...new Set(foldersOf(folder).map((to) => to.split('/').slice(0, 2).join('/')))]

describe('architecture', () => {
  it('core/ imports no other folder and no package at run time', () => {
    expect(reached('lib/core/')).toEqual(['lib/core'])
    const environment = project
      .getSourceFiles('lib/core/**')
      .filter((file) => !isTest(file.getFilePath()) && /process\.env|\bBuffer\b|from 'node:/.test(file.getText()))
    expect(environment.map((file) => file.getBaseName())).toEqual([])
  })

  it('inside core/, imports point one way: data, store, cookie, session, administration', () => {
    const allowed: Record<string, readonly string[]> = {
      data: ['data', 'errors.ts'],
      store: ['data', 'errors.ts', 'store'],
      cookie: ['cookie', 'data', 'errors.ts', 'store'],
      session: ['adoption.ts', 'cookie', 'data', 'errors.ts', 'events.ts', 'options.ts', 'session', 'store', 'user-options.ts'],
      administration: ['administration', 'data', 'events.ts', 'session', 'store'],
    }
    for (const [folder, folders] of Object.entries(allowed)) {
      expect(foldersOf(`lib/core/${folder}/`)).toEqual(folders.map((name) => `lib/core/${name}`))
    }
  })

  it('next/ and stores/ do not import each other, and only consumers import the outer folders', () => {
    expect(topLevel('lib/web/')).toEqual(['lib/core'])
    expect(topLevel('lib/stores/')).toEqual(['lib/core', 'lib/stores'])
    expect(topLevel('lib/next/')).toEqual(['lib/core', 'lib/next', 'lib/web'])
    expect(topLevel('lib/admin/')).toEqual(['lib/admin', 'lib/core', 'lib/next', 'lib/web'])
    expect(topLevel('lib/cli/')).toEqual(['lib/cli', 'lib/core', 'lib/stores'])
  })

  it('only the carriers and the entry that chooses one contain code for the format of the cookie', () => {
    const knowing = project
      .getSourceFiles('lib/**')
      .map((file) => [path.relative(root, file.getFilePath()), file.getText()] as const)
      .filter(([file, text]) => !isTest(file) && /\bsealed|'carrier' in/i.test(text))
      .map(([file]) => file)
    expect(knowing.filter((file) => !/^lib\/(core|stores)\/cookie\//.test(file))).toEqual(['lib/next/create-sessions.ts'])
  })

  it('each entry imports only packages that its users have installed', () => {
    const packages = (entry: string) => [...reachableFrom(entry)].filter((to) => !to.startsWith('lib/')).sort()
    expect(packages('lib/index.ts')).toEqual([
      'next/cache.js',
      'next/headers.js',
      'next/navigation',
      'next/navigation.js',
      'next/server.js',
      'node:crypto',
      'node:net',
      'react',
    ])
    const admin = ['@mantine/charts', '@mantine/core', 'bowser', 'next/link.js']
    expect(packages('lib/admin.ts').filter((to) => !packages('lib/index.ts').includes(to))).toEqual(admin)
    expect(packages('lib/middleware.ts')).toEqual(['next/server.js'])
    expect(packages('lib/redis.ts')).toEqual(['node:crypto'])
    expect(packages('lib/cookie.ts')).toEqual(['jose'])
    // PGlite and proper-lockfile are loaded when `openEmbedded` is called.
    expect(packages('lib/drizzle.ts').filter((to) => !to.startsWith('drizzle-orm'))).toEqual([
      '@electric-sql/pglite',
      'node:crypto',
      'node:fs',
      'node:path',
      'node:timers/promises',
      'proper-lockfile',
    ])
  })

  it('the code that the guard loads runs on the edge, which has no Buffer and no process', () => {
    const loaded = ['lib/cookie.ts', ...reachableFrom('lib/cookie.ts')].filter((file) => file.startsWith('lib/'))
    const texts = loaded.map((file) => withoutComments(project.getSourceFileOrThrow(path.join(root, file)).getText()))
    expect(texts.filter((text) => /\bprocess\b|\bBuffer\b|node:/.test(text))).toEqual([])
  })

  it('entries are directly in lib/ and only re-export', () => {
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

  it('the demo imports the library only by its package name', () => {
    const users = imports.filter(({ from }) => /^(app|e2e)\/|^(middleware|instrumentation)\.ts/.test(from) && !isTest(from))
    expect(users.filter(({ to }) => to.startsWith('lib/'))).toEqual([])
  })

  it('no comment, and no line of the library, is longer than the formatter’s width', () => {
    const width = 132
    const isComment = (line: string) => /^\s*(\/\/|\/?\*)/.test(line)
    // The formatter does not break texts. Titles of tests and SQL for tests may be longer.
    const isLibrary = (file: string) => file.startsWith('lib/') && !isTest(file)
    const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
    const present = files.filter((file) => existsSync(path.join(root, file)))
    const long = present.flatMap((file) => {
      const lines = readFileSync(path.join(root, file), 'utf8').split('\n')
      return lines.flatMap((line, index) =>
        line.length > width && (isComment(line) || isLibrary(file)) ? `${file}:${index + 1}` : [],
      )
    })
    expect(long).toEqual([])
  })

  it('no file of lib/ is part of an import cycle', () => {
    const library = new Set(within('lib/').map(({ from }) => from))
    expect([...library].filter((file) => reachableFrom(file).has(file))).toEqual([])
  })
})

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')

/** Returns everything that `entry` imports, directly or indirectly. */
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
