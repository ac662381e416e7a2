import { getSession } from '../sessions'
import { SessionParts } from './columns'
import { Arrow, Part, Station, Step } from './parts'
import type { SealedCookie } from './token'

/** Where a session lies that is kept in its cookie: nowhere else. */
export async function SealedPicture({ cookie }: { cookie: SealedCookie }) {
  const session = await getSession()
  const { id, userId, createdAt, lastSeenAt, expiryDate, data } = session
  const row = { id: id ?? '', userId, createdAt, lastSeenAt, expiresAt: expiryDate, data }
  const fields = { id: 'id', hash: '', user: 'user', created: 'created', seen: 'last seen', expires: 'expires' }
  return (
    <figure className="picture" aria-label="From the cookie to what is in it">
      <div className="stations">
        <Cookie cookie={cookie} />
        <Arrow says="with each request" />
        <Server />
        <Arrow says="opened" />
        <Station where="In the cookie" what="the session" name="JSON">
          <SessionParts row={row} fields={fields} />
        </Station>
      </div>
      <figcaption>
        The browser sends the cookie with each request. <Step number={1} /> The server opens it with a key that it derives from its
        secret; no database is asked. <Step number={2} /> Then it looks whether the time inside is over. All but the header is
        covered here, as it is from every script: whoever has the whole cookie has your session, and nobody can take it back from
        them.
      </figcaption>
    </figure>
  )
}

function Cookie({ cookie: { name, header, characters } }: { cookie: SealedCookie }) {
  return (
    <Station where="Your browser" what="a cookie: a JWE of five parts" name={name}>
      <Part name="header" note="how it is encrypted">
        {header}
      </Part>
      <Part name="encrypted key" note="empty: there is one key, and the server has it">
        –
      </Part>
      <Part name="nonce" note="12 random bytes, new with each write" step={1} isHidden />
      <Part name="ciphertext" note={`the session, encrypted; the cookie has ${characters} characters`} step={1} isHidden />
      <Part name="tag" note="shows that nothing was changed" step={1} isHidden />
    </Station>
  )
}

function Server() {
  return (
    <Station where="The server" what="two questions" name="SESSION_SECRET">
      <Part name="Can I open this?" note="If not: a stranger." step={1}>
        A256GCM(HKDF(SESSION_SECRET, cookie name))
      </Part>
      <Part name="Is it still good?" note="If not: a stranger." step={2}>
        expires &gt; now
      </Part>
      <Part name="Then" note="Each write seals the session anew, and sends it.">
        await getSession()
      </Part>
    </Station>
  )
}
