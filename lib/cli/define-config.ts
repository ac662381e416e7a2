import type { SessionAdministration } from '../core/administration/administration.ts'

/** The configuration of the command. */
export interface CoatcheckConfig {
  /** Returns the result of `createSessions`. Import the app's module in this function, so that it is loaded only when needed. */
  readonly sessions: () => SessionAdministration | Promise<SessionAdministration>
}

/**
 * Returns `config` unchanged, with its type checked. Make the result the default export of `coatcheck.config.ts`, beside
 * package.json. The commands then use the app's own store, table, prefix and `onEvent`.
 * @example export default defineConfig({ sessions: () => import('./app/sessions').then((m) => m.sessions) })
 */
export function defineConfig(config: CoatcheckConfig): CoatcheckConfig {
  return config
}
