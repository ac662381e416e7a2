import { serverOnly } from './server-only.ts'

// A schema that refers to the table may be shared with the browser, for example to derive a form's validation from it.
export { sessionsTable, sessionsTableAs } from '../stores/drizzle/schema.ts'

const refuse = (name: string) => serverOnly('coatcheck/drizzle', name)

/** Throws CONFIG_INVALID in the browser. */
export const drizzleStore = refuse('drizzleStore')
/** Throws CONFIG_INVALID in the browser. */
export const migrate = refuse('migrate')
/** Throws CONFIG_INVALID in the browser. */
export const openEmbedded = refuse('openEmbedded')
