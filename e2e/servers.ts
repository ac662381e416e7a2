import { startServerStarter } from '../test/server-starter'
import { startContextsBuild } from './next-contexts-app'

/** Starts the servers that the workers share on demand, and stops them after the run. The workers inherit the environment. */
export default async function setup() {
  const { url, stop } = await startServerStarter({ contexts: startContextsBuild })
  process.env.TEST_SERVER_STARTER = url
  return stop
}
