import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AppShape } from './app-shape.ts'
import { sessionsWith } from './drivers.ts'

/** The files of the README's app. They are part of the package, so that `init` writes what the README shows. */
const example = new URL('../../../examples/minimal/', import.meta.url)

const readExample = (name: string) => readFileSync(fileURLToPath(new URL(name, example)), 'utf8')

/** Returns the files that `init` writes into an app, with their text by path. The paths are relative to the app's folder. */
export function templatesFor(app: AppShape, { login }: { readonly login: boolean }): Readonly<Record<string, string>> {
  const { base, guard } = app
  const files = {
    [`${base}app/session-options.ts`]: readExample('app/session-options.ts'),
    [`${base}app/sessions.ts`]: sessionsFor(app),
    [`${base}${guard}.ts`]: readExample('proxy.ts').replace('export const proxy', `export const ${guard}`),
    'coatcheck.config.ts': readExample('coatcheck.config.ts').replace('./app/', `./${base}app/`),
    ...(login && {
      [`${base}app/actions.ts`]: readExample('app/actions.ts'),
      [`${base}app/users.ts`]: users,
      [`${base}app/login/page.tsx`]: readExample('app/login/page.tsx'),
      [`${base}app/account/layout.tsx`]: readExample('app/account/layout.tsx'),
      [`${base}app/account/page.tsx`]: readExample('app/account/page.tsx'),
    }),
  }
  if (app.isTypeScript) return files
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name.replace('.ts', '.js'), withoutTypes(text)]))
}

function sessionsFor({ driver, urlVariable }: AppShape): string {
  const text = driver === 'pg' ? readExample('app/sessions.ts') : sessionsWith(driver)
  return text.replace('process.env.DATABASE_URL', `process.env.${urlVariable}`)
}

/** A user for trying out the login. No password is in the source, and without DEMO_PASSWORD no login succeeds. */
const users = `// Replace this with a query of your users, and compare hashed passwords (package bcryptjs or argon2).
export async function checkPassword(name: FormDataEntryValue | null, password: FormDataEntryValue | null) {
  const { DEMO_PASSWORD } = process.env // in .env.local
  return DEMO_PASSWORD && name === 'demo' && password === DEMO_PASSWORD ? { id: '1' } : undefined
}
`

/** Removes the types from the text of a template. The test checks that the result is JavaScript. */
function withoutTypes(text: string): string {
  return text
    .replace(/^import type .*\n\n?/gm, '')
    .replace(/, type \w+/g, '')
    .replace(/^interface [\s\S]*?^}\n\n/gm, '')
    .replace(/ satisfies \w+/g, '')
    .replace(/createSessions<\w+>/g, 'createSessions')
    .replace(/ as \{.*\}$/gm, '')
    .replace(/: (FormDataEntryValue \| null|FormData|(?:Page|Layout)Props<[^>]*>|PoolClient)/g, '')
}
