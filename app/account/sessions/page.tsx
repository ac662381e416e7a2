import { Alert, Button } from '@mantine/core'
import type { Metadata } from 'next'
import Link from 'next/link'
import { Code } from '../../code/code'
import { engine } from '../../engine'
import { countText } from '../../format'
import { LastRequests } from '../../requests/last-requests'
import { maxPerUser, requireUser, sessions } from '../../sessions'
import { Card } from '../../ui/card'
import { PageTitle } from '../../ui/page-title'
import { logOutOtherDevicesAction } from '../actions'
import { unfinishedPath } from '../devices'
import { DeviceList } from './device-list'
import { FollowDevices } from './follow-devices'
import { listDevices, maxOthers } from './list-devices'
import { ThiefsView } from './thiefs-view'

export const metadata: Metadata = { title: 'Your devices' }
export const instant = false

export default async function DevicesPage({ searchParams }: PageProps<'/account/sessions'>) {
  const unfinished = (await searchParams).problem === 'password'
  const session = await requireUser({ returnTo: unfinished ? unfinishedPath : '/account/sessions' })
  if (engine === 'cookie') return <NoDevices />
  const { id, userId } = session
  const [current, found] = await Promise.all([sessions.get(id), listDevices(userId)])
  const others = found.filter(({ current }) => !current)
  const rows = [...(current ? [current] : []), ...others.slice(0, maxOthers)]
  return (
    <>
      <PageTitle title="Your devices">
        You are logged in on these devices. If you do not recognise one, log it out and{' '}
        <Link href="/account/password">change your password</Link>.
        {maxPerUser &&
          ` At most ${countText(maxPerUser, 'device')} can be logged in. Another login logs out the least recently used one.`}
      </PageTitle>
      {unfinished && <Alert mb="lg">Your password was changed, but your other devices are still listed. Log them out here.</Alert>}
      <Card title="Logged in">
        <DeviceList rows={rows} now={Date.now()} />
        <FollowDevices ids={found.map(({ id }) => id).sort()} />
        {others.length > maxOthers && <p className="more">Only the {rows.length} devices used last are shown.</p>}
        {others.length > 0 && (
          <form action={logOutOtherDevicesAction} className="more">
            <Button type="submit">Log out everywhere else</Button>
          </form>
        )}
      </Card>
      <ThiefsView />
      <Card title="Source code">
        <Code actions={['logOutDeviceAction', 'logOutOtherDevicesAction']} />
      </Card>
      <LastRequests />
    </>
  )
}

function NoDevices() {
  return (
    <PageTitle title="Your devices">
      Each session is stored in its visitor's cookie. The server has no list of them, so it cannot show your other devices or log
      them out.
    </PageTitle>
  )
}
