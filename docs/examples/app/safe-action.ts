import { SessionError } from 'coatcheck'
import { createSafeActionClient, DEFAULT_SERVER_ERROR_MESSAGE } from 'next-safe-action'
import { requireUser } from './sessions'

const client = createSafeActionClient({
  handleServerError: (error) => (error instanceof SessionError ? error.code : DEFAULT_SERVER_ERROR_MESSAGE),
})

/** A client for actions that need a user. Other actions use `client`. */
export const userAction = client.use(async ({ next }) => next({ ctx: { session: await requireUser() } }))
