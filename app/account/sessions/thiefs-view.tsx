import { Button } from '@mantine/core'
import { Card } from '../../ui/card'

/** The label of the button wraps on a phone. */
const wrapped = { whiteSpace: 'normal', lineHeight: 1.25 } as const

/** Opens the visitor's own cookies as a curl command in a new tab: see app/api/devices/curl. */
export function ThiefsView() {
  return (
    <Card title="The thief's view">
      <p>
        Malware, a leaked log or a shared recording can expose cookies. See what a thief can do with yours. Only this demo shows
        session cookies; scripts cannot read them.
      </p>
      <form action="/api/devices/curl" method="post" target="_blank" rel="noopener">
        <Button type="submit" variant="default" h="auto" mih={36} py={8} maw="100%" styles={{ label: wrapped }}>
          Show my cookies as a curl command
        </Button>
      </form>
    </Card>
  )
}
