import type { TestProject } from 'vitest/node'
import { startServerStarter } from './server-starter.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL at which `sharedServer` asks for servers. Unit tests have none. */
    serverStarter: string
    /** The stores on which a project runs the suites that every store must pass. See test/stores.ts. */
    storesUnderTest: 'in process' | 'on servers'
  }
}

/** Starts the servers of the integration tests on demand, and stops them after the run. */
export default async function setup(project: TestProject) {
  const { url, stop } = await startServerStarter()
  project.provide('serverStarter', url)
  return stop
}
