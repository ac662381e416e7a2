import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core'
import { safeNext } from 'coatcheck'
import type { Metadata } from 'next'
import { loginAction } from '../actions'
import { CodeCard } from '../code/code'
import { demoAccounts } from '../db/demo-accounts'
import { LastRequests } from '../requests/last-requests'
import { getUser } from '../sessions'
import { PageTitle } from '../ui/page-title'

export const metadata: Metadata = { title: 'Log in' }
export const instant = false

/** Shows a link instead of redirecting: a redirect from a streamed page needs JavaScript. */
function LoggedIn({ target }: { target: string }) {
  return (
    <PageTitle title="You are logged in">
      Continue to <Anchor href={target}>{target}</Anchor>, or log out to switch accounts.
    </PageTitle>
  )
}

export default async function LoginPage({ searchParams }: PageProps<'/login'>) {
  const { next, problem, reason } = await searchParams
  const target = safeNext(next, '/account')
  // session.userId is not enough here: after a password change elsewhere, the link would lead back to the page that
  // requires a login.
  const user = await getUser()
  const again = user !== null && reason === 'reauthenticate'
  if (user && !again) return <LoggedIn target={target} />
  return (
    <>
      <PageTitle title="Log in">
        Demo accounts: {demoAccounts.map(({ username, password }) => `${username} (password ${password})`).join(', ')}. The
        passwords may have been changed.
      </PageTitle>
      {again && <Alert mb="lg">You logged in a while ago. Enter your password again to continue.</Alert>}
      {reason === 'ended' && <Alert mb="lg">Your session has ended. Log in to continue where you were.</Alert>}
      {problem === 'credentials' && <Alert mb="lg">Wrong username or password.</Alert>}
      <CodeCard title="Your account" actions={['loginAction']}>
        <form action={loginAction}>
          <input type="hidden" name="next" value={target} />
          {again && <input type="hidden" name="reason" value="reauthenticate" />}
          <Stack gap="sm">
            <TextInput
              label="Username"
              name="username"
              autoComplete="username"
              defaultValue={again ? user.username : undefined}
              required
              maxLength={100}
            />
            <TextInput label="Password" name="password" type="password" autoComplete="current-password" required maxLength={72} />
            <Button type="submit">Log in</Button>
          </Stack>
        </form>
      </CodeCard>
      <LastRequests />
    </>
  )
}
