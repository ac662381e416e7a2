import { sessionCookieName } from '../session-cookie'
import { Timestamp } from '../ui/timestamp'
import { Arrow, Part, SessionParts, Station, Step } from './diagram'
import type { StorageTexts } from './storage'
import type { VisibleSession, VisibleToken } from './visible-values'

/** The path from the browser's cookie, through the server's two checks, to the stored session. */
export function TokenDiagram(props: { token: VisibleToken; session: VisibleSession; storage: StorageTexts }) {
  const { token, session, storage } = props
  return (
    <figure className="picture" aria-label={storage.diagram}>
      <div className="stations">
        <Cookie token={token} />
        <Arrow label="with each request" />
        <Server condition={storage.condition} />
        <Arrow label={storage.lookup} />
        <StoredSession session={session} storage={storage} />
      </div>
      <figcaption>
        The browser sends the cookie with each request. <Step number={1} /> The server verifies the <code>mac</code> without a
        lookup. <Step number={2} /> Then it searches {storage.name} for this <code>id</code> and the hash of this{' '}
        <code>secret</code>. This page hides the secret and the mac, because anyone with the whole token has your session. The
        cookie is HttpOnly, so scripts cannot read them either.
      </figcaption>
    </figure>
  )
}

function Cookie({ token: { id, expiry, endsAt, flags } }: { token: VisibleToken }) {
  return (
    <Station where="Your browser" what="a cookie" name={sessionCookieName}>
      <Part name="version">v1</Part>
      <Part name="id" note="public, safe in logs" step={2}>
        <span data-testid="token-id">{id}</span>
      </Part>
      <Part name="secret" note="16 random bytes" step={2} isHidden />
      <Part name="expiry" note={<Timestamp at={endsAt} />}>
        {expiry}
      </Part>
      <Part name="flags" note={flags === '1' ? 'logged in (only a hint)' : 'not logged in (only a hint)'}>
        {flags}
      </Part>
      <Part name="mac" note="signs all of the above" step={1} isHidden />
    </Station>
  )
}

function Server({ condition }: { condition: string }) {
  return (
    <Station where="The server" what="two checks" name="SESSION_SECRET">
      <Part name="Is the signature valid?" note="If not, the visitor is anonymous and no lookup is made." step={1}>
        HMAC(SESSION_SECRET, all before the mac) = mac
      </Part>
      <Part name="Is there a session?" note="If not, the visitor is anonymous." step={2}>
        {condition}
      </Part>
      <Part name="Result" note="The page, action and handler of a request share this read.">
        await getSession()
      </Part>
    </Station>
  )
}

function StoredSession({ session, storage }: { session: VisibleSession; storage: StorageTexts }) {
  const { where, what, name, fields, copy } = storage
  return (
    <Station where={where} what={what} name={name}>
      <SessionParts session={session} fields={fields} />
      {copy && <Part name="copy">{copy}</Part>}
    </Station>
  )
}
