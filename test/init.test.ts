import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import ts from 'typescript'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Environment } from '../lib/cli/environment'
import type { Terminal } from '../lib/cli/terminal'
import { blocksOf } from './docs/blocks'
import { runCommand } from './run-command'

const example = path.resolve(import.meta.dirname, '..', 'examples', 'minimal')

/** An app that `create-next-app` could have made, as `files` by path. An empty text makes a folder. */
function newApp(
  dependencies: Readonly<Record<string, string>> = { next: '16.4.6' },
  files: readonly string[] = ['app/page.tsx', 'tsconfig.json'],
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-init-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  write('package.json', JSON.stringify({ dependencies }))
  for (const name of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    write(name, '')
  }
  const run = (args: readonly string[] = [], env: Environment = {}, overrides: Partial<Terminal> = {}) =>
    runCommand(['init', ...args], { env, folder, ...overrides })
  const written = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(path.join(folder, name)).isFile())
  return { folder, write, read, run, written }
}

describe('init', () => {
  it('init writes the files of the README into an app with pg, and prints the next steps', async () => {
    const app = newApp({ next: '16.4.6', pg: '8', 'drizzle-orm': '0.45' })
    const { code, stdout } = await app.run(['--login'])
    expect(code).toBe(0)
    for (const name of [
      'app/session-options.ts',
      'app/sessions.ts',
      'app/actions.ts',
      'app/login/page.tsx',
      'app/account/layout.tsx',
      'app/account/page.tsx',
      'proxy.ts',
    ]) {
      expect(app.read(name), name).toBe(readFileSync(path.join(example, name), 'utf8'))
    }
    expect(app.read('coatcheck.config.ts')).toContain("import('./app/sessions')")
    expect(app.read('.env.local')).toMatch(/^SESSION_SECRET=[\w-]{43}\nDEMO_PASSWORD=[\w-]{12}\n$/)
    expect(app.read('.gitignore')).toBe('.env.local\n')
    const [, next = ''] = stdout.split('\nNext:\n')
    expect(next.split('\n').map((line) => line.replace(/^ +\d\. /, ''))).toEqual([
      'npm install @types/pg',
      'Add to .env.local: DATABASE_URL=postgresql://user:password@host:5432/database',
      'npx coatcheck migrate',
      expect.stringMatching(/^npm run dev, and open http:\/\/localhost:3000\/account/),
    ])
    expect(stdout).not.toContain(app.read('.env.local').split('\n')[0]?.split('=')[1])
  })

  it('init without --login writes three files, the config and a secret', async () => {
    const app = newApp()
    await app.run()
    expect(app.written().sort()).toEqual([
      '.env.local',
      '.gitignore',
      'app/page.tsx',
      'app/session-options.ts',
      'app/sessions.ts',
      'coatcheck.config.ts',
      'package.json',
      'proxy.ts',
      'tsconfig.json',
    ])
  })

  it('init writes middleware.ts for Next 15, and uses the folder src if there is one', async () => {
    const app = newApp({ next: '^15.5.18' }, ['src/app/page.tsx', 'tsconfig.json'])
    await app.run()
    expect(app.read('src/middleware.ts')).toContain('export const middleware = createGuard(sessionOptions)')
    expect(app.read('src/middleware.ts')).toContain("from './app/session-options'")
    expect(app.read('coatcheck.config.ts')).toContain("import('./src/app/sessions')")
  })

  it.each([
    ['pg', 'drizzle-orm/node-postgres'],
    ['postgres', 'drizzle-orm/postgres-js'],
    ['@neondatabase/serverless', 'drizzle-orm/neon-serverless'],
    ['@vercel/postgres', 'drizzle-orm/vercel-postgres'],
  ])('init uses the installed driver %s, and the variable that is set', async (name, module) => {
    const app = newApp({ next: '16.4.6', [name]: '1' })
    const { stdout } = await app.run([], { POSTGRES_URL: 'postgresql://db/x' })
    expect(app.read('app/sessions.ts')).toContain(`from '${module}'`)
    expect(app.read('app/sessions.ts')).toContain('process.env.POSTGRES_URL')
    expect(stdout).not.toContain('Add to .env.local')
  })

  it('init uses an embedded database if no driver is installed, and adds its folder to .gitignore', async () => {
    const app = newApp()
    app.write('.gitignore', '/node_modules\n.env*')
    const { stdout } = await app.run()
    expect(app.read('app/sessions.ts')).toContain("openEmbedded('.data')")
    expect(app.read('.gitignore')).toBe('/node_modules\n.env*\n.data/\n')
    expect(stdout).toContain('npm install drizzle-orm @electric-sql/pglite proper-lockfile')
    expect(stdout).not.toContain('npx coatcheck migrate')
    expect(stdout).toContain('The first login creates the database in .data, so you need not run migrate.')
    expect(stdout).toContain('It takes 5 to 30 seconds, depending on the machine.')
  })

  it('docs/deploy.md shows the app/sessions.ts that init writes for PGlite', async () => {
    const app = newApp()
    await app.run()
    const shown = blocksOf('docs/deploy.md').filter(({ file }) => file === 'app/sessions.ts')
    expect(shown.map(({ code }) => code)).toEqual([`// app/sessions.ts\n${app.read('app/sessions.ts')}`])
  })

  it('init lists the WebSocket of the driver neon, which Node 20 does not have', async () => {
    const app = newApp()
    expect((await app.run(['--driver', 'neon'])).stdout).toContain('npm install drizzle-orm @neondatabase/serverless ws @types/ws')
    expect(app.read('app/sessions.ts')).toContain('neonConfig.webSocketConstructor = ws')
  })

  it('--driver overrides the installed driver, and the install command is that of the app’s package manager', async () => {
    const app = newApp({ next: '16.4.6', pg: '8' }, ['app/page.tsx', 'pnpm-lock.yaml'])
    expect((await app.run(['--driver', 'neon'])).stdout).toContain('pnpm add drizzle-orm @neondatabase/serverless')
    expect((await app.run(['--driver', 'mysql'])).code).toBe(2)
  })

  it('init never overwrites a file: it lists existing files, and prints what to add by hand', async () => {
    const app = newApp()
    for (const name of ['middleware.ts', 'app/sessions.js', '.env.local']) app.write(name, '# mine')
    const { stdout } = await app.run()
    expect([app.read('middleware.ts'), app.read('app/sessions.js')]).toEqual(['# mine', '# mine'])
    expect([existsSync(path.join(app.folder, 'proxy.ts')), existsSync(path.join(app.folder, 'app/sessions.ts'))]).toEqual([
      false,
      false,
    ])
    expect(app.read('.env.local')).toMatch(/^# mine\nSESSION_SECRET=/)
    expect(stdout).toMatch(/exists +middleware\.ts/)
    expect(stdout).toMatch(/middleware\.ts exists and was not changed\.[\s\S]*createGuard\(sessionOptions\)/)
  })

  it('init changes nothing when it runs again, and repeats no file that already has its text', async () => {
    const app = newApp()
    await app.run(['--login'])
    const textsOf = () => app.written().map((name) => [name, app.read(name)])
    const before = textsOf()
    const secrets = Object.fromEntries(
      app
        .read('.env.local')
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    )
    const { stdout } = await app.run(['--login'], secrets)
    expect(textsOf()).toEqual(before)
    expect(stdout).toMatch(/same +app\/sessions\.ts/)
    expect(stdout).not.toContain('by hand')
  })

  it('--dry-run shows the plan and writes nothing', async () => {
    const app = newApp()
    const { stdout } = await app.run(['--dry-run', '--login'])
    expect(stdout).toMatch(/create +app\/sessions\.ts[\s\S]*add +SESSION_SECRET to \.env\.local[\s\S]*Nothing was written/)
    expect(app.written().sort()).toEqual(['app/page.tsx', 'package.json', 'tsconfig.json'])
  })

  it('init shows the plan on a terminal, asks for confirmation, and writes nothing unless the reply is yes', async () => {
    const app = newApp()
    const shown: string[] = []
    const printMessage = (text: string) => void shown.push(text)
    const replying = (reply: boolean) => ({ printMessage, confirm: async () => reply })
    const no = await app.run([], {}, replying(false))
    expect([no.code, no.stdout, app.written().length]).toEqual([1, 'Cancelled. Nothing was written.', 3])
    expect(shown.join()).toMatch(/create +proxy\.ts/)
    expect((await app.run([], {}, replying(true))).stdout).toMatch(/^Next:/)
    expect((await app.run(['--yes'], {}, replying(false))).code).toBe(0)
  })

  it.each([
    [{ react: '19' }, ['app/page.tsx'], /no package\.json with next/],
    [{ next: '16.4.6' }, ['pages/index.tsx'], /needs the App Router/],
    [{ next: '14.2.0' }, ['app/page.tsx'], /Next 14\.2\.0\. Coatcheck needs Next 15\.5\.18/],
  ])('init rejects %j with %j', async (dependencies, files, message) => {
    const app = newApp(dependencies as Record<string, string>, files)
    const { code, stderr } = await app.run()
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  })

  it.each(['pg', 'postgres', 'neon', 'vercel', 'pglite'])(
    'init writes plain JavaScript for %s if the app has no tsconfig.json',
    async (driver) => {
      const app = newApp({ next: '16.4.6' }, ['app/page.js'])
      await app.run(['--login', '--driver', driver])
      const files = app.written().filter((name) => /\.jsx?$/.test(name))
      expect(files).toHaveLength(10)
      expect(app.written().filter((name) => /\.tsx?$/.test(name))).toEqual([])
      const program = ts.createProgram(
        files.map((name) => path.join(app.folder, name)),
        { allowJs: true, noResolve: true, noLib: true, jsx: ts.JsxEmit.ReactJSX },
      )
      const problems = files.flatMap((name) => [
        ...program.getSyntacticDiagnostics(program.getSourceFile(path.join(app.folder, name))),
      ])
      expect(problems.map(({ messageText }) => messageText)).toEqual([])
    },
  )
})
