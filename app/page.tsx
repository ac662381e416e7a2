import { Alert } from '@mantine/core'
import type { Metadata } from 'next'
import { engineWords } from './engine'
import { Data, Facts } from './home/facts'
import { Forms } from './home/forms'
import { LastRequests } from './requests/last-requests'
import { getSession } from './sessions'
import { PageTitle } from './ui/page-title'

export const instant = false

export async function generateMetadata(): Promise<Metadata> {
  const session = await getSession()
  return { title: session.id ? `Session ${session.id.slice(-8)}` : 'No session yet' }
}

export default async function SessionPage({ searchParams }: PageProps<'/'>) {
  const { problem } = await searchParams
  return (
    <>
      <PageTitle title="Your session">{engineWords.idea} Change something, and see what it takes.</PageTitle>
      {problem && <Problem code={String(problem)} />}
      <div className="home">
        <div className="home-state">
          <Facts />
          <Data />
        </div>
        <div className="home-forms">
          <Forms said={problem !== undefined} />
        </div>
        <div className="home-requests">
          <LastRequests />
        </div>
      </div>
    </>
  )
}

function Problem({ code }: { code: string }) {
  const texts: Readonly<Record<string, string>> = {
    DATA_INVALID: 'That cannot be stored: keys must not begin with _, and values must be JSON.',
    DATA_TOO_LARGE: 'That is too large for a session.',
    INTERRUPTED: 'The session was ended or renewed elsewhere meanwhile. Nothing was written.',
  }
  const known = Object.hasOwn(texts, code) ? texts[code] : undefined // the code stands in the URL: it may be anything
  return <Alert mb="lg">{known ?? 'That did not work. Nothing was written; please try again.'}</Alert>
}
