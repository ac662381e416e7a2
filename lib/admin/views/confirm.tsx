import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatCount } from '../../core/administration/format.ts'
import { type Address, type Operation, printAddress } from '../address.ts'
import { findSelected, findTargetUser } from '../queries/confirmation.ts'
import type { AdminContext } from '../types.ts'
import { QueryButton } from '../ui/link.tsx'
import { Cancel, ConfirmForm, Question, SessionNames } from './question.tsx'

/** Asks the admin to confirm an operation. The question is stored in the URL, so it works without JavaScript. */
export function confirmView(admin: AdminContext, operation: Operation): Promise<ReactNode> {
  return questions[operation](admin)
}

const questions = { selected: selectedQuestion, user: userQuestion, others: othersQuestion, expired: expiredQuestion }

async function selectedQuestion(admin: AdminContext): Promise<ReactNode> {
  const { session, address } = admin
  const { ids } = address
  const found = await findSelected(admin)
  if (!found) return <NothingToRevoke address={address} />
  const isSingle = ids.length === 1
  return (
    <Question title={isSingle ? 'Revoke this session?' : `Revoke ${formatCount(ids.length, 'session')}?`}>
      <SessionNames sessions={found} now={admin.now} />
      {session.id !== null && ids.includes(session.id) ? (
        <ConfirmCurrent admin={admin} currentId={session.id} />
      ) : (
        <ConfirmForm admin={admin} label={isSingle ? 'Revoke session' : 'Revoke sessions'} />
      )}
    </Question>
  )
}

function NothingToRevoke({ address }: { address: Address }) {
  const isSelected = address.ids.length > 0 || address.targetUser !== ''
  return (
    <Question title={isSelected ? 'Nothing to revoke' : 'No sessions selected'}>
      <Text>
        {isSelected
          ? 'There is no such session. It may have been revoked or deleted in the meantime.'
          : 'Select sessions in the list first.'}
      </Text>
      <Cancel address={address}>Back to the list</Cancel>
    </Question>
  )
}

/** Asks for two confirmations, because revoking the current session logs the admin out. */
function ConfirmCurrent({ admin, currentId }: { admin: AdminContext; currentId: string }) {
  const { address } = admin
  const others = address.ids.filter((id) => id !== currentId)
  if (address.includeCurrent) {
    return (
      <>
        <Alert role="note">This logs you out immediately.</Alert>
        <ConfirmForm admin={admin} label="Revoke and log out" confirmed="current" />
      </>
    )
  }
  return (
    <>
      <Alert role="note">
        {others.length > 0 ? 'The selection includes your current session.' : 'This is your current session.'} Revoking it logs you
        out.
      </Alert>
      <Cancel address={address}>
        <QueryButton query={printAddress({ ...address, includeCurrent: true })}>
          {others.length > 0 ? 'Include my current session…' : 'Revoke it anyway…'}
        </QueryButton>
        {others.length > 0 && (
          <QueryButton query={printAddress({ ...address, ids: others })} variant="default">
            Only the other sessions…
          </QueryButton>
        )}
      </Cancel>
    </>
  )
}

async function userQuestion(admin: AdminContext): Promise<ReactNode> {
  const { session, address, now } = admin
  const { targetUser } = address
  const found = await findTargetUser(admin)
  if (!found) return <NothingToRevoke address={address} />
  const name = found.names.get(targetUser) ?? targetUser
  const isOwn = session.userId === targetUser
  return (
    <Question title={isOwn ? 'Revoke all your other sessions?' : `Revoke all sessions of ${name}?`}>
      <SessionNames sessions={found} now={now} />
      <ConfirmForm admin={admin} label="Revoke all" />
    </Question>
  )
}

async function othersQuestion(admin: AdminContext): Promise<ReactNode> {
  const { done } = admin.address
  const { active, expired, estimated } = await admin.sessions.stats()
  const others = Math.max(0, active + expired - 1)
  return (
    <Question title="Revoke all other sessions?">
      <Text>
        This revokes {estimated && 'about '}
        {formatCount(others, 'session')} of all users and anonymous visitors. Only your current session is kept.
      </Text>
      <ConfirmForm admin={admin} label="Revoke all other sessions" total={others + done} />
    </Question>
  )
}

async function expiredQuestion(admin: AdminContext): Promise<ReactNode> {
  const { done } = admin.address
  const { expired, estimated } = await admin.sessions.stats()
  return (
    <Question title="Delete expired sessions?">
      <Text>
        This deletes {estimated && 'about '}
        {formatCount(expired, 'expired session')} from the store. Expired sessions can no longer be used.
      </Text>
      <ConfirmForm admin={admin} label="Delete expired sessions" total={expired + done} />
    </Question>
  )
}
