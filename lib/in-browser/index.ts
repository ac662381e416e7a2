// The modules in this folder replace the entries of the server in code for the browser: see the condition `browser` in
// package.json. Otherwise, a client component that imports server code by mistake would fail to build, with an error
// about a module of Node.
import { serverOnly } from './server-only.ts'

export { SessionError } from '../core/errors.ts'
export { safeNext } from '../web/safe-next.ts'

const refuse = (name: string) => serverOnly('coatcheck', name)

/** Throws CONFIG_INVALID in the browser. */
export const createSessions = refuse('createSessions')
/** Throws CONFIG_INVALID in the browser. */
export const assertSameOrigin = refuse('assertSameOrigin')
/** Throws CONFIG_INVALID in the browser. */
export const Flashes = refuse('Flashes')
/** Throws CONFIG_INVALID in the browser. */
export const Session = refuse('Session')
