import { inject } from 'vitest'
import { addressOf } from './server-address'
import type { SharedServer } from './server-starter'

/** Returns the address of a shared server for a vitest test. See `addressOf`. */
export async function sharedServer(name: SharedServer): Promise<string> {
  const starter = inject('serverStarter')
  if (!starter) throw new Error(`A unit test asked for ${name}. Move its file to the project "integration" of vitest.config.ts.`)
  return addressOf(name, starter)
}
