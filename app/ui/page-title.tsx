import { Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** The heading of a page and an introduction. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="page-title">
      <Title order={1}>{title}</Title>
      {children && (
        <Text c="dimmed" size="lg" maw="44rem">
          {children}
        </Text>
      )}
    </div>
  )
}
