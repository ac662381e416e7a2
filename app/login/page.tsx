import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core'
import { safeNext } from 'coatcheck'
import type { Metadata } from 'next'
import { loginAction } from '../actions'
import { WithCode } from '../code/with-code'
import { LastRequests } from '../requests/last-requests'
import { getSession } from '../sessions'
import { PageTitle } from '../ui/page-title'
import { demoAccounts } from '../users'

export const metadata: Metadata = { title: 'Log in' }
export const instant = false

/** Not a redirect: from a page that is streamed it needs a script. */
function LoggedIn({ target }: { target: string }) {
  return (
    <PageTitle title="You are logged in">
      Go on to <Anchor href={target}>{target}</Anchor>, or log out first to be somebody else.
    </PageTitle>
  )
}

export default async function LoginPage({ searchParams }: PageProps<'/login'>) {
  const { next, problem } = await searchParams
  const target = safeNext(next, '/account')
  const session = await getSession()
  if (session.userId !== null) return <LoggedIn target={target} />
  return (
    <>
      <PageTitle title="Log in">
        Accounts of this demo: {demoAccounts.map(({ username, password }) => `${username} with password ${password}`).join(', ')},
        unless somebody has changed it.
      </PageTitle>
      {problem === 'credentials' && <Alert mb="lg">No such user, or another password.</Alert>}
      <WithCode title="Your account" of={['loginAction']}>
        <form action={loginAction}>
          <input type="hidden" name="next" value={target} />
          <Stack gap="sm">
            <TextInput label="User name" name="username" autoComplete="username" required maxLength={100} />
            <TextInput label="Password" name="password" type="password" autoComplete="current-password" required maxLength={72} />
            <Button type="submit">Log in</Button>
          </Stack>
        </form>
      </WithCode>
      <LastRequests />
    </>
  )
}
