import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ShikiTransformer } from 'shiki/core'

// instrumentation.ts highlights the code, and the pages render it. They are separate module graphs in one process, so
// they share state through globalThis.
const highlightedKey = Symbol.for('coatcheck-demo.code')
const shared = globalThis as { [highlightedKey]?: Map<string, string> }
shared[highlightedKey] ??= new Map()
const highlighted = shared[highlightedKey]

// Each path is a literal. With a computed path, the build would assume that the server may read any file, and would
// trace all files.
const read = (file: string) => readFileSync(file, 'utf8')
const files = {
  'app/actions.ts': () => read(path.join(process.cwd(), 'app', 'actions.ts')),
  'app/timeout/actions.ts': () => read(path.join(process.cwd(), 'app', 'timeout', 'actions.ts')),
  'app/account/actions.ts': () => read(path.join(process.cwd(), 'app', 'account', 'actions.ts')),
}

interface ActionSource {
  readonly file: string
  readonly source: string
  /** The highlighted `<code>` element; undefined if the action was changed since the start. */
  readonly html: string | undefined
}

/** Returns the current source of an action. */
export function sourceOf(name: string): ActionSource {
  const { file, source } = actions().find((action) => action.name === name) ?? { file: '', source: '' }
  return { file, source, html: highlighted.get(source) }
}

/**
 * Highlights all actions. Call it at start: it takes some tenths of a second, and it reads the clock, which a page must
 * not do while it is prerendered.
 */
export async function highlightActions(): Promise<void> {
  const [{ createHighlighterCore }, { createJavaScriptRegexEngine }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ])
  const highlighter = await createHighlighterCore({
    themes: [import('shiki/themes/github-light-high-contrast.mjs'), import('shiki/themes/github-dark-default.mjs')],
    langs: [import('shiki/langs/typescript.mjs')],
    engine: createJavaScriptRegexEngine(),
  })
  const themes = { light: 'github-light-high-contrast', dark: 'github-dark-default' }
  for (const { source } of actions()) {
    const html = highlighter.codeToHtml(source, {
      lang: 'typescript',
      themes,
      defaultColor: 'light-dark()',
      mergeSameStyleTokens: true,
      transformers: [shrink],
    })
    highlighted.set(source, html.slice(html.indexOf('<code>'), html.lastIndexOf('</pre>')))
  }
  highlighter.dispose()
}

const shrink: ShikiTransformer = {
  /** Indents the continuation of a wrapped line. */
  line({ properties }, number) {
    const indent = `${(this.source.split('\n')[number - 1] ?? '').search(/\S|$/) + 4}ch`
    properties.style = `padding-left:${indent};text-indent:-${indent}`
  },
  /** Keeps the colour and drops unused variables. */
  span({ properties }) {
    properties.style = String(properties.style).replace(/;.*/, '')
  },
}

/** Returns each exported function of the files. It ends with a brace at the start of a line. */
function actions() {
  return Object.entries(files).flatMap(([file, text]) => {
    const found = text().matchAll(/^export async function (\w+)[\s\S]*?^\}/gm)
    return [...found].map(([source, name]) => ({ file, name, source }))
  })
}
