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

/** Lines of code. */
export interface Source {
  readonly text: string
  /** The highlighted `<code>` element; undefined if the code was changed since the start. */
  readonly html: string | undefined
}

/** The source of an action. */
export interface ActionSource {
  readonly file: string
  readonly whole: Source
  /** The lines that the action passes to `redirectOnError`, which use the session; null if there are none. */
  readonly change: Source | null
}

/** Returns the current source of an action. */
export function sourceOf(name: string): ActionSource {
  const { file, text } = actions().find((action) => action.name === name) ?? { file: '', text: '' }
  const change = changeIn(text)
  return { file, whole: withHtml(text), change: change === null ? null : withHtml(change) }
}

const withHtml = (text: string): Source => ({ text, html: highlighted.get(text) })

/**
 * Highlights all actions. Call it at start: it takes a few tenths of a second, and it reads the clock, which a page must
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
  for (const source of actions().flatMap(({ text }) => [text, changeIn(text)])) {
    if (source === null) continue
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
  return Object.entries(files).flatMap(([file, read]) => {
    const found = read().matchAll(/^export async function (\w+)[\s\S]*?^\}/gm)
    return [...found].map(([text, name]) => ({ file, name, text }))
  })
}

/** Returns the body of the function that the action passes to `redirectOnError`, without its indentation; null if there is none. */
function changeIn(action: string): string | null {
  const [, body] = /^ {2}await redirectOnError\(form, async \(\) => \{\n([\s\S]*?)\n {2}\}\)$/m.exec(action) ?? []
  return body?.replace(/^ {4}/gm, '') ?? null
}
