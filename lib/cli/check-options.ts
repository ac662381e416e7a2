import { resolveOptions, resolveServerOptions, type ServerOptions } from '../core/options.ts'
import type { Environment } from './environment.ts'
import { printableError } from './errors.ts'
import { type Finding, ok, skipped } from './finding.ts'

/**
 * Checks the options that the app passes to `createSessions`. Without a config only `SESSION_SECRET` can be checked, if it is set:
 * the app may read its secret from another variable.
 */
export function checkOptions(options: ServerOptions | null, env: Environment): Finding {
  if (options) return checkSecrets('Options', options, 'the secret')
  const { SESSION_SECRET: secret } = env
  if (!secret) return skipped('Secret', 'SESSION_SECRET is not set; an app may read its secret from another variable')
  const several = secret.split(',')
  const isList = several.length > 1 && several.every(({ length }) => length >= 32)
  return checkSecrets('Secret', { secret: isList ? several : secret }, 'SESSION_SECRET')
}

function checkSecrets(name: string, options: Pick<ServerOptions, 'secret'> & Partial<ServerOptions>, source: string): Finding {
  try {
    const { secrets } = resolveOptions(options, true)
    if (options.store) resolveServerOptions({ ...options, store: options.store })
    if (secrets.length === 1) return ok(name, `${source} has ${secrets[0]?.length} characters`)
    const order = 'deploy old,new to every server before new,old, or visitors are logged out'
    return ok(name, `${source} is a list of ${secrets.length}, of which the first signs; ${order}`)
  } catch (error) {
    return {
      name,
      text: `${source === 'SESSION_SECRET' ? source : 'an option'} is not valid`,
      remedy: printableError(error, 'check').message,
    }
  }
}

/** Checks CRON_SECRET. Returns no finding if CRON_SECRET is not set, because not every app has a cron job. */
export function checkCronSecret({ CRON_SECRET: secret }: Environment): Finding[] {
  if (secret === undefined || secret.length >= 16) return []
  const text = `CRON_SECRET has ${secret.length} characters; at least 16 are required`
  return [{ name: 'Cron', text, remedy: 'Create one with: npx coatcheck secret' }]
}
