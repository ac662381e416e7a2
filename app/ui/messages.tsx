import { Flashes } from 'coatcheck'
import { getSession } from '../sessions'
import { acknowledgeAction } from './acknowledge-action'
import './messages.css'

/** The session's flash messages. Their position is fixed, so that nothing moves when one appears. */
export async function Messages() {
  const session = await getSession()
  return (
    <div className="messages">
      <Flashes flashes={session.flashes()} acknowledge={acknowledgeAction} />
    </div>
  )
}
