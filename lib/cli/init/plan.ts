import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Environment } from '../environment.ts'
import type { AppShape } from './app-shape.ts'
import { templatesFor } from './templates.ts'

/** One step of `coatcheck init`. Paths are relative to the app's folder. */
export interface Step {
  /**
   * `same`: the file exists with this text. `exists`: the file exists with another text. In both cases, nothing is written. `add`:
   * appends a line, and creates the file if it is missing.
   */
  readonly action: 'create' | 'same' | 'exists' | 'add'
  readonly file: string
  readonly text: string
  /** Shown to the user. Never contains a secret. */
  readonly label: string
}

/** Returns the steps for an app. Reads the folder and writes nothing. */
export function planFor(app: AppShape, options: { readonly login: boolean }, env: Environment): readonly Step[] {
  const steps = Object.entries(templatesFor(app, options)).map(([file, text]) => fileStep(app, file, text))
  const random = () => randomBytes(32).toString('base64url')
  if (!env.SESSION_SECRET) steps.push(addition('.env.local', `SESSION_SECRET=${random()}`, 'SESSION_SECRET to .env.local'))
  if (options.login && !env.DEMO_PASSWORD) {
    steps.push(addition('.env.local', `DEMO_PASSWORD=${random().slice(0, 12)}`, 'DEMO_PASSWORD to .env.local'))
  }
  const ignored = ['.env.local', ...(app.driver === 'pglite' ? ['.data/'] : [])].filter((name) => !isIgnored(app.folder, name))
  return [...steps, ...ignored.map((name) => addition('.gitignore', name, `${name} to .gitignore`))]
}

function fileStep({ folder, base }: AppShape, file: string, text: string): Step {
  const found = variantsOf(file, base).find((name) => existsSync(path.join(folder, name)))
  if (found) {
    const isSame = readFileSync(path.join(folder, found), 'utf8') === text
    return { action: isSame ? 'same' : 'exists', file: found, text, label: found }
  }
  return { action: 'create', file, text, label: file }
}

/**
 * Returns the names that the file may already have in the app. Next rejects an app with both a proxy and a middleware.
 */
function variantsOf(file: string, base: string): string[] {
  const stem = file.replace(/\.[jt]sx?$/, '')
  const isGuard = stem === `${base}proxy` || stem === `${base}middleware`
  const stems = isGuard ? [`${base}proxy`, `${base}middleware`] : [stem]
  return stems.flatMap((name) => ['ts', 'tsx', 'js', 'jsx', 'mjs'].map((extension) => `${name}.${extension}`))
}

function addition(file: string, text: string, label: string): Step {
  return { action: 'add', file, text, label }
}

/** Returns true if a line of .gitignore is a pattern that ignores `name`. */
function isIgnored(folder: string, name: string): boolean {
  const file = path.join(folder, '.gitignore')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/) : []
  const patterns = name === '.env.local' ? ['.env*', '.env.*', '.env.local', '.env*.local', '*.local'] : ['.data', '.data/']
  return patterns.some((pattern) => lines.some((line) => line === pattern || line === `/${pattern}`))
}

/** Writes the files of `steps`. Never changes an existing file, except that `add` appends a line. */
export function applySteps(folder: string, steps: readonly Step[]): void {
  for (const { action, file, text } of steps) {
    const target = path.join(folder, file)
    if (action === 'create') {
      mkdirSync(path.dirname(target), { recursive: true })
      writeFileSync(target, text, { flag: 'wx' }) // fails if the file was created in the meantime
    }
    if (action === 'add')
      appendFileSync(target, `${lineEndBefore(target)}${text}\n`, { mode: file === '.env.local' ? 0o600 : 0o644 })
  }
}

function lineEndBefore(file: string): string {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text === '' || text.endsWith('\n') ? '' : '\n'
}
