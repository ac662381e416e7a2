import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { type Address, type Intent, printAddress } from './address.ts'
import type { Admin } from './admin.ts'
import { QueryButton } from './link.tsx'
import { Cancel, Confirmed, Named, named, Question } from './question.tsx'
import { withoutData } from './shown.ts'
import { countText, sessionsText } from './words.ts'

/** Asks before anything is ended: what is asked stands in the URL, so it takes no script. */
export function confirmView(admin: Admin, intent: Intent): Promise<ReactNode> {
  return questions[intent](admin)
}

const questions = { end: endQuestion, user: userQuestion, others: othersQuestion, expired: expiredQuestion }

async function endQuestion(admin: Admin): Promise<ReactNode> {
  const { sessions, session, address } = admin
  const { ids } = address
  const found = await Promise.all(ids.slice(0, named).map((id) => sessions.get(id)))
  const rows = found.filter((row) => row !== null).map(withoutData)
  if (rows.length === 0) return <NothingToEnd address={address} />
  const single = ids.length === 1
  return (
    <Question title={single ? 'End this session?' : `End ${sessionsText(ids.length)}?`}>
      <Named rows={rows} count={ids.length} admin={admin} />
      {session.id !== null && ids.includes(session.id) ? (
        <Own admin={admin} ownId={session.id} />
      ) : (
        <Confirmed admin={admin} label={single ? 'End it' : 'End them'} />
      )}
    </Question>
  )
}

function NothingToEnd({ address }: { address: Address }) {
  const isChosen = address.ids.length > 0 || address.of !== ''
  return (
    <Question title={isChosen ? 'Nothing to end' : 'Nothing is selected'}>
      <Text>{isChosen ? 'There is no such session: it has ended already.' : 'Select sessions in the list first.'}</Text>
      <Cancel address={address}>Back to the list</Cancel>
    </Question>
  )
}

/** The own session is asked about twice. */
function Own({ admin, ownId }: { admin: Admin; ownId: string }) {
  const { address } = admin
  const others = address.ids.filter((id) => id !== ownId)
  if (address.sure) {
    return (
      <>
        <Alert role="note">Once more: this logs you out at once.</Alert>
        <Confirmed admin={admin} label="End it, and log me out" confirmed="own" />
      </>
    )
  }
  return (
    <>
      <Alert role="note">
        {others.length > 0 ? 'Your own session is among them' : 'This is your own session'}: ending it logs you out.
      </Alert>
      <Cancel address={address}>
        <QueryButton query={printAddress({ ...address, sure: true })}>
          {others.length > 0 ? 'End mine, too…' : 'End it all the same…'}
        </QueryButton>
        {others.length > 0 && (
          <QueryButton query={printAddress({ ...address, ids: others })} variant="default">
            Only the others…
          </QueryButton>
        )}
      </Cancel>
    </>
  )
}

async function userQuestion(admin: Admin): Promise<ReactNode> {
  const { sessions, session, address, userNames } = admin
  const { of } = address
  const found = of ? await sessions.list({ userId: of, limit: named + 1 }) : []
  const rows = found.map(withoutData)
  if (rows.length === 0) return <NothingToEnd address={address} />
  const name = (await userNames([of])).get(of) ?? of
  const isOwn = session.userId === of
  return (
    <Question title={isOwn ? 'End all your sessions but this one?' : `End all sessions of ${name}?`}>
      <Named rows={rows} count={rows.length} admin={admin} />
      <Confirmed admin={admin} label="End them all" />
    </Question>
  )
}

async function othersQuestion(admin: Admin): Promise<ReactNode> {
  const { done } = admin.address
  const { active, expired, estimated } = await admin.sessions.stats()
  const others = Math.max(0, active + expired - 1)
  return (
    <Question title="End all sessions but yours?">
      <Text>
        {estimated ? 'About ' : ''}
        {sessionsText(others)} of everybody, signed in or not, will end. Only the session that you act in stays.
      </Text>
      <Confirmed admin={admin} label="End all but mine" total={others + done} />
    </Question>
  )
}

async function expiredQuestion(admin: Admin): Promise<ReactNode> {
  const { done } = admin.address
  const { expired, estimated } = await admin.sessions.stats()
  return (
    <Question title="Clear expired sessions?">
      <Text>
        {estimated ? 'About ' : ''}
        {countText(expired)} expired {expired === 1 ? 'session is' : 'sessions are'} still stored. Nobody can use them any more;
        clearing frees their room.
      </Text>
      <Confirmed admin={admin} label="Clear them" total={expired + done} />
    </Question>
  )
}
