import { Flashes } from 'coatcheck'
import { getSession } from '../sessions'
import { acknowledgeAction } from './acknowledge-action'
import './messages.css'

/** What an action has left for the next page: its place is fixed, so that nothing moves when one comes. */
export async function Messages() {
  const session = await getSession()
  return (
    <div className="messages">
      <Flashes flashes={session.flashes()} acknowledge={acknowledgeAction} />
    </div>
  )
}
