import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Block, blocksOf, typeErrors } from './docs/blocks.ts'
import { read } from './docs/read.ts'

const folder = path.resolve(import.meta.dirname, '..', 'docs')
const pages = [
  'README.md',
  ...readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

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

/** Returns the fragments of the headings of a page, as GitHub makes them. It numbers those that are equal. */
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
