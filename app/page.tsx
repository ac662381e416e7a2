import type { Json } from 'coatcheck'
import type { Metadata } from 'next'
import * as actions from './actions'
import { DataTree } from './data-tree'
import { getSession } from './sessions'
import { When } from './when'

export const instant = false

export async function generateMetadata(): Promise<Metadata> {
  const session = await getSession()
  return { title: session.id ? `Session ${session.id.slice(-8)}` : 'No session yet' }
}

export default async function SessionPage({ searchParams }: PageProps<'/'>) {
  const { problem } = await searchParams
  return (
    <>
      <h1>Your session</h1>
      {problem && <Problem code={String(problem)} />}
      <Facts />
      <Data />
      <Forms said={problem !== undefined} />
    </>
  )
}

function Problem({ code }: { code: string }) {
  const texts: Readonly<Record<string, string>> = {
    DATA_INVALID: 'That cannot be stored: keys must not begin with _, and values must be JSON.',
    DATA_TOO_LARGE: 'That is too large for a session.',
    INTERRUPTED: 'The session was ended or renewed elsewhere meanwhile. Nothing was written.',
  }
  return (
    <p className="card problem" role="alert">
      {texts[code] ?? 'That did not work. Nothing was written; please try again.'}
    </p>
  )
}

async function Facts() {
  const session = await getSession()
  return (
    <section className="card" aria-label="Facts">
      <dl>
        <dt>Id</dt>
        <dd className="mono" data-testid="id">
          {session.id ?? 'none: nothing has been stored yet, so there is no row and no cookie'}
        </dd>
        <dt>User</dt>
        <dd className="mono">{session.userId ?? 'anonymous'}</dd>
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
        </dd>
      </dl>
    </section>
  )
}

async function Data() {
  const session = await getSession()
  return (
    <section className="card" aria-label="Data">
      <h2>Data</h2>
      <DataTree value={session.data as Json} />
    </section>
  )
}

async function Forms({ said }: { said: boolean }) {
  const session = await getSession()
  const counter = session.get('counter')
  const shown = said && <input type="hidden" name="problem" value="shown" />
  return (
    <div className="cards">
      <section className="card">
        <h2>Set a key</h2>
        <form action={actions.setValueAction}>
          {shown}
          <label>
            Key
            <input name="key" defaultValue="name" required maxLength={100} />
          </label>
          <label>
            Value (JSON or text)
            <input name="value" defaultValue="John Doe" />
          </label>
          <button type="submit">Set</button>
        </form>
      </section>
      <section className="card">
        <h2>Delete a key</h2>
        <form action={actions.deleteKeyAction}>
          {shown}
          <label>
            Key to delete
            <input name="key" defaultValue="name" required maxLength={100} />
          </label>
          <button type="submit">Delete</button>
        </form>
      </section>
      <section className="card">
        <h2>Count, atomically</h2>
        <form action={actions.incrementAction}>
          {shown}
          <output className="mono" data-testid="counter">
            {typeof counter === 'number' ? counter : 0}
          </output>
          <button type="submit">Add 1</button>
        </form>
      </section>
      <section className="card">
        <h2>Choose the expiry</h2>
        <form action={actions.setExpiryAction}>
          {shown}
          <label>
            Ends
            <select name="expiry" defaultValue="default">
              <option value="default">14 days after the last activity (default)</option>
              <option value="3600">1 hour after the last activity</option>
              <option value="60">1 minute after the last activity</option>
              <option value="0">when the browser closes</option>
            </select>
          </label>
          <button type="submit">Choose</button>
        </form>
      </section>
      <section className="card">
        <h2>The whole session</h2>
        <form>
          {shown}
          <button type="submit" formAction={actions.clearAction}>
            clear()
          </button>
          <button type="submit" formAction={actions.cycleKeyAction}>
            cycleKey()
          </button>
          <button type="submit" formAction={actions.flushAction}>
            flush()
          </button>
        </form>
      </section>
    </div>
  )
}
