import { Alert } from '@mantine/core'
import type { Metadata } from 'next'
import { engineTexts } from './engine'
import { Data, Details } from './home/details'
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
      <PageTitle title="Your session">{engineTexts.summary} Change something and see the queries it runs.</PageTitle>
      {problem && <Problem code={String(problem)} />}
      <div className="home">
        <div className="home-state">
          <Details />
          <Data />
        </div>
        <div className="home-forms">
          <Forms hasProblem={problem !== undefined} />
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
    DATA_INVALID: 'This value cannot be stored. Keys must not start with _, and values must be JSON.',
    DEVICE_UNPROVEN: 'Your browser could not prove that this session belongs to this device. Nothing was saved. Please try again.',
    DATA_TOO_LARGE: 'This value is too large to store in a session.',
    INTERRUPTED: 'Another request deleted this session or gave it a new key. Nothing was saved.',
  }
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined // The code comes from the URL, so it can be any text.
  return <Alert mb="lg">{text ?? 'Something went wrong. Nothing was saved. Please try again.'}</Alert>
}
