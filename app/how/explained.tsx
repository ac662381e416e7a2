import { Card } from '../ui/card'
import { type Place, place } from './places'

type Case = readonly [attempt: string, answer: string]

const forgeries = place ? ofTokens(place) : ofSealed()

function ofTokens({ ask, where }: Place): readonly Case[] {
  return [
    ['It is no token, or one character was changed', 'The mac does not fit. A stranger; nothing is asked.'],
    ['Somebody knows your id and makes up the rest', 'The same: an id is a name, not a key. Nothing is asked.'],
    ['A token of yours from before a rotation', `The mac fits, the hash does not: ${ask}, and nothing is found. A stranger.`],
    ['A token that was kept after the log-out', `Nothing is found (${ask}). Nothing brings the session back.`],
    [`Somebody has a copy of ${where.replace('The', 'the')}`, 'A hash is in it. No token can be made of that.'],
  ]
}

function ofSealed(): readonly Case[] {
  return [
    ['It is no sealed cookie, or one character was changed', 'The tag does not fit. A stranger.'],
    ['Somebody knows your id and makes up the rest', 'The same: only who has SESSION_SECRET can seal.'],
    ['A cookie of yours from before a rotation', 'It opens the session as it was then, until the end that is written in it.'],
    ['A cookie that was kept after the log-out', 'The same: a log-out takes the cookie from this browser, and no copy of it.'],
    ['Somebody has a copy of the database', 'There is no session in it.'],
  ]
}

/** What a cookie meets that is not the right one. */
export function Forgery() {
  return (
    <Card title="What a forged cookie meets">
      <dl className="cases">
        {forgeries.map(([attempt, answer]) => (
          <div key={attempt}>
            <dt>{attempt}</dt>
            <dd className="soft">{answer}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

/** What cycleKey and login do. */
export function Rotation() {
  return (
    <Card title="What a rotation does">
      <p>
        <code>cycleKey()</code> and <code>login()</code>{' '}
        {place
          ? `are ${place.rotation}: a new secret goes out with the cookie, and its hash stays.`
          : 'seal the session anew: another cookie goes out.'}
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
          {place ? (
            <>
              <Change of="secret" before="A" after="B" />
              <Change of={place.fields.hash} before="hash of A" after="hash of B" />
            </>
          ) : (
            <Change of="nonce" before="A" after="B" />
          )}
          <Change of="data" before="yours" after="the same" />
          <Change of="version" before="n" after="n + 1" />
        </tbody>
      </table>
      <p>
        {place
          ? 'From that moment the old token opens nothing: whoever had copied it before the log-in stands outside.'
          : 'The old cookie stays good, too: whoever had copied it before the log-in has the session of before, without the log-in.'}
      </p>
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
