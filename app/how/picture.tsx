import { sessionCookieName } from '../session-cookie'
import { When } from '../ui/when'
import { SessionParts } from './columns'
import { Arrow, Part, Station, Step } from './parts'
import type { Place } from './places'
import type { ShownRow } from './row'
import type { ShownToken } from './token'

/** Where a session lies: from the browser's cookie through the server's two questions to the place where the engine keeps it. */
export function Picture({ token, row, place }: { token: ShownToken; row: ShownRow; place: Place }) {
  return (
    <figure className="picture" aria-label={place.picture}>
      <div className="stations">
        <Cookie token={token} />
        <Arrow says="with each request" />
        <Server question={place.question} />
        <Arrow says={place.ask} />
        <Kept row={row} place={place} />
      </div>
      <figcaption>
        The browser sends the cookie with each request. <Step number={1} /> The server checks the <code>mac</code> by itself.{' '}
        <Step number={2} /> Then it looks in {place.name} for this <code>id</code> and the hash of this <code>secret</code>. Secret
        and mac are covered here, as they are from every script: the cookie is HttpOnly for a reason. Whoever has the whole token
        has your session.
      </figcaption>
    </figure>
  )
}

function Cookie({ token: { id, expiry, endsAt, flags } }: { token: ShownToken }) {
  return (
    <Station where="Your browser" what="a cookie" name={sessionCookieName}>
      <Part name="version">v1</Part>
      <Part name="id" note="public, safe in logs" step={2}>
        <span data-testid="token-id">{id}</span>
      </Part>
      <Part name="secret" note="16 random bytes" step={2} isHidden />
      <Part name="expiry" note={<When at={endsAt} />}>
        {expiry}
      </Part>
      <Part name="flags" note={flags === '1' ? 'logged in, a hint' : 'not logged in, a hint'}>
        {flags}
      </Part>
      <Part name="mac" note="signs all of the above" step={1} isHidden />
    </Station>
  )
}

function Server({ question }: { question: string }) {
  return (
    <Station where="The server" what="two questions" name="SESSION_SECRET">
      <Part name="Did I sign this?" note="If not: a stranger, and nothing is asked." step={1}>
        HMAC(SESSION_SECRET, all before the mac) = mac
      </Part>
      <Part name="Is there a coat?" note="If not: a stranger." step={2}>
        {question}
      </Part>
      <Part name="Then" note="Page, action and handler of one request share the one read.">
        await getSession()
      </Part>
    </Station>
  )
}

function Kept({ row, place: { where, what, name, fields, copy } }: { row: ShownRow; place: Place }) {
  return (
    <Station where={where} what={what} name={name}>
      <SessionParts row={row} fields={fields} />
      {copy && <Part name="and a copy">{copy}</Part>}
    </Station>
  )
}
