import { sharedServer } from './shared-server'

/** The URL of the shared Redis server. Importing this module starts the server. */
export const redisUrl = await sharedServer('redis')
