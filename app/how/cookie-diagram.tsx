import { getSession } from '../sessions'
import { Arrow, Part, SessionParts, Station, Step } from './diagram'
import type { VisibleCookie } from './visible-values'

/** The path from the browser's encrypted cookie, through the server's two checks, to the session in it. */
export async function CookieDiagram({ cookie }: { cookie: VisibleCookie }) {
  const session = await getSession()
  const { id, userId, createdAt, lastSeenAt, expiryDate, data } = session
  const visible = { id: id ?? '', userId, createdAt, lastSeenAt, expiresAt: expiryDate, data }
  const fields = { id: 'id', hash: '', user: 'user', created: 'created', seen: 'last seen', expires: 'expires' }
  return (
    <figure className="picture" aria-label="From the cookie to its content">
      <div className="stations">
        <Cookie cookie={cookie} />
        <Arrow label="with each request" />
        <Server />
        <Arrow label="decrypted" />
        <Station where="In the cookie" what="the session" name="JSON">
          <SessionParts session={visible} fields={fields} />
        </Station>
      </div>
      <figcaption>
        The browser sends the cookie with each request. <Step number={1} /> The server decrypts it with a key derived from its
        secret, without a database. <Step number={2} /> Then it checks the expiry inside. This page shows only the header, because
        anyone with the whole cookie has your session, and it cannot be revoked. The cookie is HttpOnly, so scripts cannot read it
        either.
      </figcaption>
    </figure>
  )
}

function Cookie({ cookie: { name, header, characters } }: { cookie: VisibleCookie }) {
  return (
    <Station where="Your browser" what="a cookie: a JWE of five parts" name={name}>
      <Part name="header" note="how it is encrypted">
        {header}
      </Part>
      <Part name="encrypted key" note="empty, because the server has the only key">
        –
      </Part>
      <Part name="nonce" note="12 random bytes, new with each write" step={1} isHidden />
      <Part name="ciphertext" note={`the session, encrypted; the whole cookie has ${characters} characters`} step={1} isHidden />
      <Part name="tag" note="proves that nothing was changed" step={1} isHidden />
    </Station>
  )
}

function Server() {
  return (
    <Station where="The server" what="two checks" name="SESSION_SECRET">
      <Part name="Can the cookie be decrypted?" note="If not, the visitor is anonymous." step={1}>
        A256GCM(HKDF(SESSION_SECRET, cookie name))
      </Part>
      <Part name="Is it still valid?" note="If not, the visitor is anonymous." step={2}>
        expires &gt; now
      </Part>
      <Part name="Result" note="Each write encrypts the session again and sends it.">
        await getSession()
      </Part>
    </Station>
  )
}
