import type { SessionContext } from '../core/session/request-context.ts'
import { rowOf } from '../core/session/session-reader.ts'
import { type SessionView, viewBase } from '../core/session/status.ts'
import type { AnySession } from './requests.ts'

/** Implements `sessions.view`. */
export function sessionView<Values extends object>(
  session: AnySession,
  { options }: SessionContext,
  choose: (session: AnySession) => Values,
): SessionView<Values> {
  return { ...choose(session), ...viewBase(options, session[rowOf]) }
}
