import { Paper, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

interface CardProps {
  readonly title: string
  /** A number before the title, for cards that describe a sequence. */
  readonly step?: number
  readonly children: ReactNode
}

/** A region of the page, named by its heading. */
export function Card({ title, step, children }: CardProps) {
  const id = useId()
  return (
    <Paper component="section" aria-labelledby={id}>
      <Title order={2} size="h4" mb="sm" id={id}>
        {step && <span className="step">{step}</span>} {title}
      </Title>
      {children}
    </Paper>
  )
}
