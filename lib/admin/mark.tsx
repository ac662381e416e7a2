import { Badge } from '@mantine/core'

/** A word that tells a session from others. */
export function Mark({ children }: { children: string }) {
  return (
    <Badge variant="outline" tt="none" style={{ minWidth: 'max-content' }}>
      {children}
    </Badge>
  )
}
