'use server'

import { noteKind } from '../requests/log'
import { getSession } from '../sessions'

/** Called by `<Flashes>`. In the list of requests it is no press of a button. */
export async function acknowledgeAction(ids: string[]) {
  noteKind('message')
  const session = await getSession()
  await session.acknowledgeFlashes(ids)
}
