import { Button } from '@mantine/core'
import type { Metadata } from 'next'
import { setValueAction } from '../actions'
import { engineTexts } from '../engine'
import { LastRequests } from '../requests/last-requests'
import { sessionOptions } from '../session-options'
import { getSession } from '../sessions'
import { Card } from '../ui/card'
import { PageTitle } from '../ui/page-title'
import { CookieDiagram } from './cookie-diagram'
import { DeviceProof, ForgedCookies, Rotation } from './security'
import { type StorageTexts, storage } from './storage'
import { TokenDiagram } from './token-diagram'
import { sentEncryptedCookie, sentToken, storedSession } from './visible-values'

export const metadata: Metadata = { title: 'How it works' }
export const instant = false

export default function HowPage() {
  return (
    <>
      <PageTitle title="How it works">{engineTexts.parts} This page shows yours.</PageTitle>
      {storage ? <OnServer storage={storage} /> : <InCookie />}
      <div className="how-texts">
        <ForgedCookies />
        <Rotation />
        {sessionOptions.deviceBinding && <DeviceProof />}
      </div>
      <LastRequests />
    </>
  )
}

async function OnServer({ storage }: { storage: StorageTexts }) {
  const session = await getSession()
  const [stored, token] = await Promise.all([session.id && storedSession(session.id), sentToken()])
  if (!stored || !token) return <NoSession hasCookie={token !== null} />
  return <TokenDiagram token={token} session={stored} storage={storage} />
}

async function InCookie() {
  const session = await getSession()
  const cookie = await sentEncryptedCookie()
  return session.id && cookie ? <CookieDiagram cookie={cookie} /> : <NoSession hasCookie={cookie !== null} />
}

function NoSession({ hasCookie }: { hasCookie: boolean }) {
  return (
    <Card title="No session yet">
      <p>
        {hasCookie
          ? 'Your browser sent a cookie, but it opens no session. The session expired or was deleted, or another server set the cookie.'
          : `You are an anonymous visitor: ${engineTexts.nothing}. Viewing pages does not change that.`}
      </p>
      <form action={setValueAction}>
        <input type="hidden" name="key" value="name" />
        <input type="hidden" name="value" value="Ada" />
        <Button type="submit">Start a session</Button>
      </form>
    </Card>
  )
}
