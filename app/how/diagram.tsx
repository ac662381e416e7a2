import { Paper, VisuallyHidden } from '@mantine/core'
import type { Json } from 'coatcheck'
import type { ReactNode } from 'react'
import { DataTree } from '../ui/data-tree'
import { Timestamp } from '../ui/timestamp'
import type { StorageTexts } from './storage'
import type { VisibleSession } from './visible-values'

/** One of the three boxes of a diagram. */
export function Station({ where, what, name, children }: { where: string; what: string; name: string; children: ReactNode }) {
  return (
    <Paper p="md" className="station">
      <h2>
        {where} <span className="soft">{what}</span>
      </h2>
      <p>
        <code>{name}</code>
      </p>
      <dl>{children}</dl>
    </Paper>
  )
}

interface PartProps {
  readonly name: string
  readonly note?: ReactNode
  /** The number of the server's check that uses this part. */
  readonly step?: 1 | 2
  /** Hides a value that only the browser and the server may know. */
  readonly isHidden?: boolean
  readonly children?: ReactNode
}

/** A part of a cookie, a check, or a field of a session. */
export function Part({ name, note, step, isHidden = false, children }: PartProps) {
  return (
    <div className="part" data-step={step}>
      <dt>
        {name} {step && <Step number={step} />}
      </dt>
      <dd>
        {isHidden ? <HiddenValue /> : <code>{children}</code>}
        {note && <span className="note">{note}</span>}
      </dd>
    </div>
  )
}

/** The number that connects a check with the parts it uses. */
export function Step({ number }: { number: 1 | 2 }) {
  return <span className="step">{number}</span>
}

function HiddenValue() {
  return (
    <>
      <span aria-hidden="true">••••••••••••</span>
      <VisuallyHidden>hidden</VisuallyHidden>
    </>
  )
}

/** An arrow to the next box. It points right, or down on a narrow screen. */
export function Arrow({ label }: { label: string }) {
  return (
    <div className="arrow">
      <span>{label}</span>
      <svg viewBox="0 0 48 16" width="48" height="16" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
        <path d="M1 8h44M38 2l7 6-7 6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </div>
  )
}

/**
 * The fields of a session. An empty `fields.hash` means that the session has no token hash, so only its expiry is
 * checked.
 */
export function SessionParts({ session, fields }: { session: VisibleSession; fields: StorageTexts['fields'] }) {
  return (
    <>
      <Part name={fields.id} note="public, safe in logs" {...(fields.hash && { step: 2 })}>
        <span data-testid="row-id">{session.id}</span>
      </Part>
      {fields.hash && <Part name={fields.hash} note="SHA-256 of the secret, never the secret itself" step={2} isHidden />}
      <Part name={fields.user}>{session.userId ?? 'null'}</Part>
      <Part name={fields.created}>
        <Timestamp at={session.createdAt} />
      </Part>
      <Part name={fields.seen}>
        <Timestamp at={session.lastSeenAt} />
      </Part>
      <Part name={fields.expires} note="this decides, not the cookie's own expiry" {...(!fields.hash && { step: 2 })}>
        <Timestamp at={session.expiresAt} />
      </Part>
      {session.version !== undefined && <Part name="version">{session.version}</Part>}
      <Part name="data">
        <DataTree value={session.data as Json} />
      </Part>
    </>
  )
}
