import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Block, blocksIn, blocksOf, openApp, typeErrors } from './docs/blocks.ts'
import { read } from './docs/read.ts'

const folder = path.resolve(import.meta.dirname, '..', 'docs')
const pages = [
  'README.md',
  ...readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

const minimalFiles = readdirSync(path.resolve(folder, '..', 'examples', 'minimal'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !/(^|\/)(node_modules|\.next)\/|\.d\.ts$/.test(name),
)

const apiPages = readdirSync(path.join(folder, 'api')).map((name) => `docs/api/${name}`)

describe('README.md', () => {
  it('the README shows the files of examples/minimal', () => {
    const files = blocksOf('README.md')
    expect(files.map(({ file }) => file)).toEqual(expect.arrayContaining(['app/sessions.ts', 'proxy.ts', 'app/account/page.tsx']))
    for (const { file, code } of files) {
      expect(code.replace(/^.*\n/, ''), file).toBe(read(`examples/minimal/${file}`))
    }
  })

  it('the README has at most 150 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('the README explains the installation before the first npx command', () => {
    const text = read('README.md')
    expect(text.indexOf('npx coatcheck')).toBeGreaterThan(text.indexOf('npm install'))
  })
})

describe('the pages', () => {
  it('the pages contain only code that TypeScript accepts', () => {
    expect(typeErrors(pages.flatMap(blocksOf))).toEqual([])
  })

  it('the pages link only to files that exist', () => {
    const broken = [...pages, ...apiPages].flatMap((page) =>
      linksOf(page)
        .filter((target) => !exists(page, target))
        .map((target) => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })
})

describe('the package', () => {
  it('the relative links and images of the pages in the package lead to files in the package', () => {
    const shipped = filesOfPackage()
    const isShipped = (target: string) => shipped.some((file) => file === target || file.startsWith(`${target}/`))
    const broken = shipped
      .filter((file) => file === 'llms.txt' || file.endsWith('.md'))
      .flatMap((page) =>
        linksOf(page)
          .filter((link) => !isShipped(path.join(path.dirname(page), link.replace(/#.*/, ''))))
          .map((link) => `${page}: ${link}`),
      )
    expect(broken).toEqual([])
    expect(shipped).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'docs/errors.md', 'llms.txt']))
  })

  it('npm corrects nothing in package.json when it publishes the package', () => {
    const copy = mkdtempSync(path.join(tmpdir(), 'coatcheck-manifest-'))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    writeFileSync(path.join(copy, 'package.json'), read('package.json'))
    execFileSync('npm', ['pkg', 'fix', '--silent'], { cwd: copy })
    expect(JSON.parse(readFileSync(path.join(copy, 'package.json'), 'utf8'))).toEqual(JSON.parse(read('package.json')))
  })
})

describe('docs/django-tutorial.md', () => {
  const page = 'docs/django-tutorial.md'
  /** The changes that the tutorial describes in words, by the start of the heading. */
  const changes: Readonly<Record<string, readonly [file: string, from: string, to: string]>> = {
    'Views are pages': ['app/sessions.ts', '  name: string\n', '  name: string\n  count: number\n'],
    '`request.user`': ['app/actions.ts', 'login(user.id)', 'login(user.id, { authHash: user.passwordHash })'],
  }

  it('the app of the README compiles after each section of the tutorial', () => {
    const app = openApp()
    for (const file of minimalFiles) app.write(file, read(`examples/minimal/${file}`))
    for (const section of read(page).split(/^## /m)) {
      const blocks = blocksIn(page, section)
      for (const { file, code } of blocks) if (file) app.write(file, code)
      const [, [file, from, to] = []] = Object.entries(changes).find(([heading]) => section.startsWith(heading)) ?? []
      if (file && from && to) {
        expect(app.read(file)).toContain(from)
        app.write(file, app.read(file).replace(from, to))
      }
      if (blocks.length > 0) expect(app.typeErrors(), section.split('\n')[0]).toEqual([])
    }
    expect(app.read('app/users.ts')).toContain('bcryptjs')
  })
})

describe('docs/examples', () => {
  const files = readdirSync(path.join(folder, 'examples'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  )

  it.each(files)('a page shows %s, which the tests run, in full', (file) => {
    const code = read(`docs/examples/${file}`)
    // A page may add the path of the file in the reader's app as the first line.
    const isShown = (block: Block) => block.code === code || (block.file !== undefined && block.code.replace(/^.*\n/, '') === code)
    expect(pages.flatMap(blocksOf).filter(isShown)).toHaveLength(1)
  })
})

/** Returns the paths of the files that npm would pack. */
function filesOfPackage(): string[] {
  const options = { cwd: path.resolve(folder, '..'), encoding: 'utf8' } as const
  const [report]: [{ files: { path: string }[] }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--silent'], options),
  )
  return report.files.map((file) => file.path)
}

function linksOf(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
    ([, link, source]) => link ?? source ?? '',
  )
  return links.filter((link) => !/^(https?:|#)/.test(link))
}

/** Returns true if the file exists and, if the link has a fragment, has a heading for it. */
function exists(page: string, link: string): boolean {
  const [target = '', fragment] = link.split('#')
  try {
    const file = path.join(path.dirname(page), target)
    if (fragment === undefined) return Boolean(target.endsWith('.md') ? read(file) : true)
    return headingsOf(file).includes(fragment)
  } catch {
    return false
  }
}

/** Returns the fragments of the headings of a page, as GitHub makes them: if a heading repeats, its fragment gets a number. */
function headingsOf(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )
  return headings.map((heading, index) => {
    const earlier = headings.slice(0, index).filter((other) => other === heading).length
    return earlier > 0 ? `${heading}-${earlier}` : heading
  })
}
