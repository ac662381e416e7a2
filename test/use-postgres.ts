import { sharedServer } from './shared-server'

/** The URL of the shared PostgreSQL server. Importing this module starts the server. */
export const postgresUrl = await sharedServer('postgres')
