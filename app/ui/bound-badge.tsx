import { Badge } from '@mantine/core'

/** Marks a session whose cookies are useless on another device. */
export function BoundBadge() {
  return (
    <Badge component="span" variant="outline">
      Bound to this device
    </Badge>
  )
}
