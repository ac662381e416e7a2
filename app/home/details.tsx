import type { Json } from 'coatcheck'
import { engine, engineTexts } from '../engine'
import { getSession } from '../sessions'
import { Card } from '../ui/card'
import { Countdown } from '../ui/countdown'
import { DataTree } from '../ui/data-tree'
import { Timestamp } from '../ui/timestamp'

export async function Details() {
  const session = await getSession()
  return (
    <Card title="Your session">
      <dl className="facts">
        <dt>ID</dt>
        <dd>
          {session.id ? <code data-testid="id">{session.id}</code> : <span data-testid="id">none yet: {engineTexts.nothing}</span>}
        </dd>
        <dt>Stored in</dt>
        <dd data-testid="engine">
          {engineTexts.storedIn} <code>SESSION_ENGINE={engine}</code>
        </dd>
        <dt>User</dt>
        <dd>{session.userId ? <code>{session.userId}</code> : 'anonymous'}</dd>
        <dt>Created</dt>
        <dd>
          <Timestamp at={session.createdAt} />
        </dd>
        <dt>Last seen</dt>
        <dd>
          <Timestamp at={session.lastSeenAt} />
        </dd>
        <dt>Expires</dt>
        <dd data-testid="expiry">
          <Timestamp at={session.expiryDate} /> {session.expiresAtBrowserClose && '(or when the browser closes)'}
          <TimeLeft endsAt={session.expiryDate} />
        </dd>
      </dl>
    </Card>
  )
}

/** Reads the clock only after the session was loaded, because a prerendered page must not read it earlier. */
function TimeLeft({ endsAt }: { endsAt: Date | null }) {
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
