'use server'

import { noteKind } from '../requests/log'
import { getSession } from '../sessions'

/** Called by `<Flashes>`. The request log marks it, because the visitor did not press a button. */
export async function acknowledgeAction(ids: string[]) {
  noteKind('message')
  const session = await getSession()
  await session.acknowledgeFlashes(ids)
}
