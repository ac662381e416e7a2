import { Button } from '@mantine/core'
import type { Metadata } from 'next'
import { setValueAction } from '../actions'
import { engineWords } from '../engine'
import { LastRequests } from '../requests/last-requests'
import { getSession } from '../sessions'
import { Card } from '../ui/card'
import { PageTitle } from '../ui/page-title'
import { Forgery, Rotation } from './explained'
import { Picture } from './picture'
import { type Place, place } from './places'
import { rowOf } from './row'
import { SealedPicture } from './sealed'
import { sentSealed, sentToken } from './token'

export const metadata: Metadata = { title: 'How it works' }
export const instant = false

export default function HowPage() {
  return (
    <>
      <PageTitle title="How it works">{engineWords.parts} Here with your own values.</PageTitle>
      {place ? <OnServer place={place} /> : <InCookie />}
      <div className="how-texts">
        <Forgery />
        <Rotation />
      </div>
      <LastRequests />
    </>
  )
}

async function OnServer({ place }: { place: Place }) {
  const session = await getSession()
  const [row, token] = await Promise.all([session.id && rowOf(session.id), sentToken()])
  return row && token ? <Picture token={token} row={row} place={place} /> : <NothingYet hasCookie={token !== null} />
}

async function InCookie() {
  const session = await getSession()
  const cookie = await sentSealed()
  return session.id && cookie ? <SealedPicture cookie={cookie} /> : <NothingYet hasCookie={cookie !== null} />
}

function NothingYet({ hasCookie }: { hasCookie: boolean }) {
  return (
    <Card title="There is nothing yet">
      <p>
        {hasCookie
          ? 'Your browser sent a cookie, but it opens nothing: its session has ended, or it is none of this server. So you are a stranger.'
          : `You are a stranger, and have left nothing here: ${engineWords.nothing}. Looking around does not change that.`}
      </p>
      <form action={setValueAction}>
        <input type="hidden" name="key" value="coat" />
        <input type="hidden" name="value" value="on the hanger" />
        <Button type="submit">Start a session</Button>
      </form>
    </Card>
  )
}
