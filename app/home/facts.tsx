import type { Json } from 'coatcheck'
import { engine, engineWords } from '../engine'
import { getSession } from '../sessions'
import { Card } from '../ui/card'
import { Countdown } from '../ui/countdown'
import { DataTree } from '../ui/data-tree'
import { When } from '../ui/when'

export async function Facts() {
  const session = await getSession()
  return (
    <Card title="Facts">
      <dl className="facts">
        <dt>Id</dt>
        <dd>
          {session.id ? <code data-testid="id">{session.id}</code> : <span data-testid="id">none yet: {engineWords.nothing}</span>}
        </dd>
        <dt>Kept in</dt>
        <dd data-testid="engine">
          {engineWords.kept} <code>SESSION_ENGINE={engine}</code>
        </dd>
        <dt>User</dt>
        <dd>{session.userId ? <code>{session.userId}</code> : 'anonymous'}</dd>
        <dt>Created</dt>
        <dd>
          <When at={session.createdAt} />
        </dd>
        <dt>Last seen</dt>
        <dd>
          <When at={session.lastSeenAt} />
        </dd>
        <dt>Ends</dt>
        <dd data-testid="expiry">
          <When at={session.expiryDate} /> {session.expiresAtBrowserClose && '(or when the browser closes)'}
          <Left endsAt={session.expiryDate} />
        </dd>
      </dl>
    </Card>
  )
}

/** Only a session that was read has an end, and after a read a page may ask the clock. */
function Left({ endsAt }: { endsAt: Date | null }) {
  if (!endsAt) return null
  return (
    <div>
      <Countdown endsAt={endsAt.getTime()} now={Date.now()} />
    </div>
  )
}

export async function Data() {
  const session = await getSession()
  return (
    <Card title="Data">
      <DataTree value={session.data as Json} />
    </Card>
  )
}
