import { Button, Stack, TextInput } from '@mantine/core'
import type { Metadata } from 'next'
import { WithCode } from '../../code/with-code'
import { engineWords } from '../../engine'
import { LastRequests } from '../../requests/last-requests'
import { requireUser } from '../../sessions'
import { PageTitle } from '../../ui/page-title'
import { findUser, shortestPassword } from '../../users'
import { changePasswordAction } from '../actions'

export const metadata: Metadata = { title: 'Change your password' }
export const instant = false

export default async function PasswordPage({ searchParams }: PageProps<'/account/password'>) {
  const { problem } = await searchParams
  const session = await requireUser({ returnTo: '/account/password' })
  const user = await findUser(session.userId)
  const said = (code: string, words: string) => problem === code && <span role="alert">{words}</span>
  return (
    <>
      <PageTitle title="Change your password">{engineWords.newPassword}</PageTitle>
      <WithCode title="Your password" of={['changePasswordAction']}>
        <form action={changePasswordAction}>
          {/* For password managers: whose password this is. */}
          <input hidden readOnly name="username" autoComplete="username" value={user?.username} />
          <Stack gap="sm">
            <TextInput
              label="Current password"
              name="current"
              type="password"
              autoComplete="current-password"
              required
              error={said('current', 'This is not your current password.')}
            />
            <TextInput
              label="New password"
              description={`at least ${shortestPassword} characters`}
              name="new"
              type="password"
              autoComplete="new-password"
              required
              minLength={shortestPassword}
              error={
                said('short', `Too short: use at least ${shortestPassword} characters.`) ||
                said('long', 'Too long: use at most 72 bytes; a letter is one or more.')
              }
            />
            <Button type="submit">Change</Button>
          </Stack>
        </form>
      </WithCode>
      <LastRequests />
    </>
  )
}
