import { Alert, Button } from '@mantine/core'
import type { Metadata } from 'next'
import Link from 'next/link'
import { Code } from '../../code/code'
import { engine } from '../../engine'
import { LastRequests } from '../../requests/last-requests'
import { countOf } from '../../requests/words'
import { maxPerUser, requireUser, sessions } from '../../sessions'
import { Card } from '../../ui/card'
import { PageTitle } from '../../ui/page-title'
import { endOtherDevicesAction } from '../actions'
import { unfinishedPath } from '../words'
import { DeviceList } from './device-list'

export const metadata: Metadata = { title: 'Your devices' }
export const instant = false

/** Most other devices on the page. */
const shown = 20

export default async function DevicesPage({ searchParams }: PageProps<'/account/sessions'>) {
  const unfinished = (await searchParams).problem === 'password'
  const session = await requireUser({ returnTo: unfinished ? unfinishedPath : '/account/sessions' })
  if (engine === 'cookie') return <Unlisted />
  const { id, userId } = session
  const [own, found] = await Promise.all([
    sessions.get(id),
    sessions.list({ userId, status: 'signedIn', sort: 'lastSeen', limit: shown + 2 }), // this one, and one that says there are more
  ])
  const others = found.filter(({ current }) => !current)
  const rows = [...(own ? [own] : []), ...others.slice(0, shown)]
  return (
    <>
      <PageTitle title="Your devices">
        Where you are logged in. If you do not know one of them, log it out, and{' '}
        <Link href="/account/password">change your password</Link>.
        {maxPerUser &&
          ` At most ${countOf(maxPerUser, 'device')}: a login on another ends the one that was not used for the longest time.`}
      </PageTitle>
      {unfinished && (
        <Alert mb="lg">Your password is changed, but your other devices may still be logged in: log them out here.</Alert>
      )}
      <Card title="Logged in">
        <DeviceList rows={rows} now={Date.now()} />
        {others.length > shown && <p className="more">These are the {rows.length} used last; there are more.</p>}
        {others.length > 0 && (
          <form action={endOtherDevicesAction} className="more">
            <Button type="submit">Log out everywhere else</Button>
          </form>
        )}
      </Card>
      <Card title="The code behind it">
        <Code of={['endDeviceAction', 'endOtherDevicesAction']} />
      </Card>
      <LastRequests />
    </>
  )
}

function Unlisted() {
  return (
    <PageTitle title="Your devices">
      Each session lies in its visitor's cookie, and the server keeps no list of them: so your other devices cannot be shown here,
      nor logged out.
    </PageTitle>
  )
}
