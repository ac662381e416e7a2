import { Paper, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'

/** One of the three places. */
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
  /** Which of the server's questions it is about. */
  readonly step?: 1 | 2
  /** Covered: it is for browser and server only. */
  readonly isHidden?: boolean
  readonly children?: ReactNode
}

/** A part of a token, a column of a row, a question. */
export function Part({ name, note, step, isHidden = false, children }: PartProps) {
  return (
    <div className="part" data-step={step}>
      <dt>
        {name} {step && <Step number={step} />}
      </dt>
      <dd>
        {isHidden ? <Covered /> : <code>{children}</code>}
        {note && <span className="note">{note}</span>}
      </dd>
    </div>
  )
}

/** The number by which question and answer are found. */
export function Step({ number }: { number: 1 | 2 }) {
  return <span className="step">{number}</span>
}

function Covered() {
  return (
    <>
      <span aria-hidden="true">••••••••••••</span>
      <VisuallyHidden>covered</VisuallyHidden>
    </>
  )
}

/** From one place to the next: to the right, or down where it is narrow. */
export function Arrow({ says }: { says: string }) {
  return (
    <div className="arrow">
      <span>{says}</span>
      <svg viewBox="0 0 48 16" width="48" height="16" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
        <path d="M1 8h44M38 2l7 6-7 6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </div>
  )
}
