import { Alert } from '@mantine/core'
import type { Metadata } from 'next'
import { engineTexts } from './engine'
import { Data, Details } from './home/details'
import { Forms } from './home/forms'
import { Steps } from './home/steps'
import { Ways } from './home/ways'
import { LastRequests } from './requests/last-requests'
import { getSession } from './sessions'
import { PageTitle } from './ui/page-title'

export const instant = false

export async function generateMetadata(): Promise<Metadata> {
  const session = await getSession()
  return { title: session.id ? `Session ${session.id.slice(-8)}` : { absolute: `Coatcheck: ${engineTexts.headline}` } }
}

export default async function HomePage({ searchParams }: PageProps<'/'>) {
  const { problem } = await searchParams
  // The next successful change removes the problem from the page.
  const problemField = problem !== undefined && <input type="hidden" name="problem" value="shown" />
  return (
    <LastRequests>
      <PageTitle title={engineTexts.headline}>
        Coatcheck is a library that works like Django's sessions: {engineTexts.summary}
      </PageTitle>
      {problem && <Problem code={String(problem)} />}
      <Steps problemField={problemField} />
      <Ways />
      <div className="home-state">
        <Details />
        <Data />
      </div>
      <Forms problemField={problemField} />
    </LastRequests>
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
