import { sessionCookieName } from '../session-cookie'
import { getSession } from '../sessions'
import { Card } from '../ui/card'
import { type StorageTexts, storage } from './storage'

type Attempt = readonly [attempt: string, result: string]

const attempts = storage ? tokenAttempts(storage) : cookieAttempts()

function tokenAttempts({ lookup, where }: StorageTexts): readonly Attempt[] {
  return [
    ['The cookie is not a token, or one character was changed', 'The mac is not valid. The visitor is anonymous; no lookup.'],
    ['An attacker knows your id and invents the rest', 'The same: an id is public and not a key. No lookup.'],
    ['An old token of yours, from before a rotation', `The mac is valid, but no session has this hash (${lookup}). Anonymous.`],
    ['A token copied before the logout', `The session is deleted, so none is found (${lookup}). Nothing restores it.`],
    [`An attacker has a copy of ${where.replace('The', 'the')}`, 'It contains only a hash, which cannot be turned into a token.'],
  ]
}

function cookieAttempts(): readonly Attempt[] {
  return [
    ['The cookie is not encrypted, or one character was changed', 'The tag is not valid. The visitor is anonymous.'],
    ['An attacker knows your id and invents the rest', 'The same: encrypting needs SESSION_SECRET.'],
    ['An old cookie of yours, from before a rotation', 'It opens the session as it was then, until the expiry inside.'],
    ['A cookie copied before the logout', 'The same: a logout deletes the cookie in this browser, but not its copies.'],
    ['An attacker has a copy of the database', 'It contains no sessions.'],
  ]
}

/** Lists what happens to cookies that are forged, old or stolen. */
export function ForgedCookies() {
  return (
    <Card title="What happens to a forged cookie">
      <dl className="cases">
        {attempts.map(([attempt, result]) => (
          <div key={attempt}>
            <dt>{attempt}</dt>
            <dd className="soft">{result}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

/** Explains what cycleKey and login change. */
export function Rotation() {
  return (
    <Card title="What a rotation changes">
      <p>
        <code>cycleKey()</code> and <code>login()</code>{' '}
        {storage
          ? `are ${storage.rotation}: the cookie gets a new secret, and its hash is stored.`
          : 'encrypt the session again and send a new cookie.'}
      </p>
      <table className="rotation">
        <thead>
          <tr>
            <td />
            <th scope="col">before</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        <tbody>
          <Change of="id" before="yours" after="the same" />
          {storage ? (
            <>
              <Change of="secret" before="A" after="B" />
              <Change of={storage.fields.hash} before="hash of A" after="hash of B" />
            </>
          ) : (
            <Change of="nonce" before="A" after="B" />
          )}
          <Change of="data" before="yours" after="the same" />
          <Change of="version" before="n" after="n + 1" />
        </tbody>
      </table>
      <p>
        {storage
          ? 'The old token stops working at once. A copy made before the login is worthless.'
          : 'The old cookie stays valid. A copy made before the login still opens the earlier session, which is not logged in.'}
      </p>
    </Card>
  )
}

/** Explains the second cookie of a session that is bound to its device, and shows if the current session is bound. */
export async function DeviceProof() {
  const { deviceBound } = await getSession()
  return (
    <Card title="The second cookie">
      <p>
        After a login, browsers with device-bound sessions (Chrome) create a key in the hardware of the device, which no program can
        copy. With it they sign a challenge every ten minutes, and receive the cookie <code>{`${sessionCookieName}-device`}</code>.
        Its value is <code>id.expiry.mac</code>. A request for a bound session without it is anonymous, so a thief with all your
        cookies has no access after ten minutes.
      </p>
      <p>{deviceBound ? 'Your session is bound to this device.' : 'Your session is not bound to a device.'}</p>
    </Card>
  )
}

function Change({ of, before, after }: { of: string; before: string; after: string }) {
  return (
    <tr className={after === 'the same' ? undefined : 'changed'}>
      <th scope="row">
        <code>{of}</code>
      </th>
      <td>{before}</td>
      <td>{after}</td>
    </tr>
  )
}
