import { serverOnly } from './server-only.ts'

const refuse = (name: string) => serverOnly('coatcheck/redis', name)

/** Throws CONFIG_INVALID in the browser. */
export const cachedStore = refuse('cachedStore')
/** Throws CONFIG_INVALID in the browser. */
export const redisStore = refuse('redisStore')
