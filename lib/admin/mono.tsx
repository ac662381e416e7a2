import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** A value as the machine has it: an id, a piece of data. */
export function Mono({ children }: { children: ReactNode }) {
  return (
    <Text span ff="monospace" size="sm">
      {children}
    </Text>
  )
}
