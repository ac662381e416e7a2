import path from 'node:path'
import { read } from './read.ts'

/** The app to which the code on the pages belongs: the files that blocks import, by path. */
export const stubs: Readonly<Record<string, string>> = {
  'app/session-options.ts': read('examples/minimal/app/session-options.ts'),
  'app/users.ts': `import { pgTable, text } from 'drizzle-orm/pg-core'
export const users = pgTable('users', {
  id: text().primaryKey().$defaultFn(() => ''), name: text().notNull(), passwordHash: text().notNull(),
  role: text().notNull().default(''),
})
export type User = typeof users.$inferSelect
export declare function findUser(id: string): Promise<User | null>
export declare function checkPassword(name: unknown, password: unknown): Promise<User | null>`,
  'app/sessions.ts': `import { createSessions } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { findUser, type User } from './users'
export interface AppSession { name: string; country: string; count: number; cart: { id: string; quantity: number }[] }
export const db: import('coatcheck/drizzle').PostgresDatabase = undefined as never
export const sessions = createSessions<AppSession, User>({ secret: '', store: drizzleStore(db), user: { load: findUser } })
export const { getSession, getUser, requireUser } = sessions`,
  'app/db.ts': `import { drizzle } from 'drizzle-orm/node-postgres'
export const db = drizzle('')`,
  'app/adopt.ts': `import type { Adopt } from 'coatcheck'
export declare const adopt: Adopt
export declare function adoptFrom(db: import('coatcheck/drizzle').PostgresDatabase): Adopt`,
  'app/auth.ts': `import { betterAuth } from 'better-auth'
export const auth = betterAuth({ emailAndPassword: { enabled: true } })`,
  'app/safe-action.ts': read('docs/examples/app/safe-action.ts'),
  'app/save-name.ts': read('docs/examples/app/save-name.ts'),
  'app/schema.ts': read('docs/examples/app/schema.ts'),
  'e2e/fixtures.ts': read('docs/examples/e2e/fixtures.ts'),
  'app/actions.ts': `${read('examples/minimal/app/actions.ts')}
export declare function acknowledgeFlashes(ids: string[]): Promise<void>`,
  'app/acknowledge-flashes.ts': 'export declare function acknowledgeFlashes(ids: string[]): Promise<void>',
  'app/account/password/actions.ts': 'export declare function changePassword(form: FormData): Promise<void>',
  'app/visits/actions.ts': 'export declare function countVisit(): Promise<void>',
  'app/github-users.ts': 'export declare function findOrCreateUser(accessToken: string): Promise<{ id: string }>',
  'app/messages.tsx': 'export declare function Messages(): Promise<React.JSX.Element>',
  'app/account/profile-form.tsx': 'export declare function ProfileForm(props: { name: string }): React.JSX.Element',
  'app/admin/authorize.ts': 'export declare function authorize(): Promise<boolean>',
  'app/admin/sessions/actions.ts': "export declare const adminAction: import('coatcheck/admin').AdminAction",
}

/** The global types that Next generates. */
export const nextTypes = `
interface PageProps<Path extends string> {
  params: Promise<Record<string, string>>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}
interface LayoutProps<Path extends string> { children: React.ReactNode; params: Promise<Record<string, string>> }
`

/** The names that short blocks use without declaring them. */
export const globals = `
import type { AppSession as OwnSession } from './app/sessions'
declare global {
  type AppSession = OwnSession
  interface FormState { problem: string | null }
  ${importsOf('coatcheck', ['createSessions', 'SessionError', 'assertSameOrigin', 'safeNext'])}
  ${importsOf('coatcheck/drizzle', ['drizzleStore', 'migrate'])}
  ${importsOf('coatcheck/redis', ['cachedStore', 'redisStore'])}
  ${importsOf('coatcheck/middleware', ['createGuard'])}
  ${importsOf('coatcheck/testing', ['withRequest'])}
  ${importsOf('next/server', ['NextResponse'])}
  ${importsOf('next/navigation', ['unstable_rethrow', 'redirect'])}
  ${importsOf('redis', ['createClient', 'createCluster', 'createSentinel'])}
  ${importsOf('pg', ['Pool'])}
  ${importsOf('drizzle-orm/node-postgres', ['drizzle'])}
  ${importsOf('vitest', ['it', 'expect'])}
  const fileStore: typeof import('${path.resolve('docs/examples/file-store')}').fileStore
  const session: import('coatcheck').Session<AppSession>
  const sessions: import('coatcheck').Sessions<AppSession>
  const { getSession, requireUser }: typeof sessions
  const sessionOptions: import('coatcheck').SessionOptions
  const store: import('coatcheck/store').SessionStore
  const db: import('coatcheck/drizzle').PostgresDatabase
  const client: ReturnType<typeof createClient>
  const reconnectStrategy: (retries: number) => number
  const form: FormData
  type User = NonNullable<Awaited<ReturnType<typeof findUser>>>
  const user: User
  const newPassword: string
  function findUser(id: string): Promise<{ id: string; passwordHash: string } | null>
  function storeNewPassword(userId: string, password: string): Promise<User>
  const pool: import('pg').Pool
  const folder: string
  const id: string
  const userId: string
  const cart: AppSession['cart']
  const audit: { write(entry: unknown): void }
  function save(form: FormData): Promise<void>
  function loadPrices(country: string): Promise<number[]>
  function PriceList(props: { prices: number[] }): React.JSX.Element
}
`

/** Modules without types, and a package that is not installed. */
export const modules = `
declare module '*.css' {}
${read('test/docs/playwright-test.d.ts')}
declare module 'arctic' {
  export function generateState(): string
  export class GitHub {
    constructor(id: string, secret: string, redirectUri: string | null)
    createAuthorizationURL(state: string, scopes: string[]): URL
    validateAuthorizationCode(code: string): Promise<{ accessToken(): string }>
  }
}
`

function importsOf(module: string, names: readonly string[]): string {
  return names.map((name) => `const ${name}: typeof import('${module}').${name}`).join('\n  ')
}
