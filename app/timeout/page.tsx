import { Button, SimpleGrid, Stack, Textarea } from '@mantine/core'
import type { Metadata } from 'next'
import { CodeCard } from '../code/code'
import { LastRequests } from '../requests/last-requests'
import { Card } from '../ui/card'
import { PageTitle } from '../ui/page-title'
import { longSessionAction, shortSessionAction } from './actions'
import { LiveSession } from './live-session'

export const metadata: Metadata = { title: 'Timeout' }
export const instant = false

export default function TimeoutPage() {
  return (
    <>
      <PageTitle title="Timeout">
        Make your session short and watch it. Typing, clicking and touching extend it. If you do nothing, a dialog in every tab
        warns you before it expires.
      </PageTitle>
      <SimpleGrid cols={{ base: 1, md: 2 }} mb="lg">
        <Card title="Your session">
          <LiveSession />
        </Card>
        <Card title="Activity">
          <Textarea label="Type here" description="The text stays when the dialog opens and closes." rows={3} />
        </Card>
      </SimpleGrid>
      <CodeCard title="Idle lifetime" actions={['shortSessionAction', 'longSessionAction']}>
        <form>
          <Stack gap="sm">
            <Button type="submit" formAction={shortSessionAction}>
              90 seconds
            </Button>
            <Button type="submit" variant="default" formAction={longSessionAction}>
              14 days (default)
            </Button>
          </Stack>
        </form>
      </CodeCard>
      <LastRequests />
    </>
  )
}
