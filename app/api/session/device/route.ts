import { sessionOptions } from '../../../session-options'
import { sessions } from '../../../sessions'

/** Browsers bind sessions to their device here. Without the option, the route does not exist. */
export const POST = sessionOptions.deviceBinding ? sessions.deviceHandler() : () => new Response(null, { status: 404 })
