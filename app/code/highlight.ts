import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ShikiTransformer } from 'shiki/core'

// The instrumentation colours, the pages show: two module graphs in one process, which share through globalThis.
const colouredKey = Symbol.for('coatcheck-demo.code')
const shared = globalThis as { [colouredKey]?: Map<string, string> }
shared[colouredKey] ??= new Map()
const coloured = shared[colouredKey]

// Each path is a literal of its own: from a computed one the build concludes that the server may read any file, and traces them all.
const read = (file: string) => readFileSync(file, 'utf8')
const files = {
  'app/actions.ts': () => read(path.join(process.cwd(), 'app', 'actions.ts')),
  'app/account/actions.ts': () => read(path.join(process.cwd(), 'app', 'account', 'actions.ts')),
}

/** An action as it is now, and its file. `html`: its coloured `<code>`; none if it was changed since the start. */
export function codeOf(name: string): { readonly file: string; readonly source: string; readonly html: string | undefined } {
  const { file, source } = actions().find((action) => action.name === name) ?? { file: '', source: '' }
  return { file, source, html: coloured.get(source) }
}

/**
 * Colours all actions. Takes some tenths of a second, and the clock, which a page may not ask while it is
 * prerendered: so call it at start.
 */
export async function colourActions(): Promise<void> {
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
      transformers: [lean],
    })
    coloured.set(source, html.slice(html.indexOf('<code>'), html.lastIndexOf('</pre>')))
  }
  highlighter.dispose()
}

const lean: ShikiTransformer = {
  /** Where a line is too long for the screen, it goes on further to the right than it began. */
  line({ properties }, number) {
    const indent = `${(this.source.split('\n')[number - 1] ?? '').search(/\S|$/) + 4}ch`
    properties.style = `padding-left:${indent};text-indent:-${indent}`
  },
  /** The colour alone, without the variables that nobody uses. */
  span({ properties }) {
    properties.style = String(properties.style).replace(/;.*/, '')
  },
}

/** Each exported function of the files. They stand at the left edge, so each ends with a brace there. */
function actions() {
  return Object.entries(files).flatMap(([file, text]) => {
    const found = text().matchAll(/^export async function (\w+)[\s\S]*?^\}/gm)
    return [...found].map(([source, name]) => ({ file, name, source }))
  })
}
