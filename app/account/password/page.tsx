import { Button, Stack, TextInput } from '@mantine/core'
import type { Metadata } from 'next'
import { CodeCard } from '../../code/code'
import { engineTexts } from '../../engine'
import { minPasswordLength } from '../../password'
import { LastRequests } from '../../requests/last-requests'
import { requireUser } from '../../sessions'
import { PageTitle } from '../../ui/page-title'
import { changePasswordAction } from '../actions'
import { reauthenticateAfter } from '../devices'

export const metadata: Metadata = { title: 'Change your password' }
export const instant = false

export default async function PasswordPage({ searchParams }: PageProps<'/account/password'>) {
  const { problem } = await searchParams
  const { user } = await requireUser({ returnTo: '/account/password', within: reauthenticateAfter })
  const errorIf = (code: string, text: string) => problem === code && <span role="alert">{text}</span>
  return (
    <>
      <PageTitle title="Change your password">{engineTexts.newPassword}</PageTitle>
      <CodeCard title="Your password" actions={['changePasswordAction']}>
        <form action={changePasswordAction}>
          {/* Tells password managers which account the password belongs to. */}
          <input hidden readOnly name="username" autoComplete="username" value={user.username} />
          <Stack gap="sm">
            <TextInput
              label="Current password"
              name="current"
              type="password"
              autoComplete="current-password"
              required
              error={errorIf('current', 'This is not your current password.')}
            />
            <TextInput
              label="New password"
              description={`At least ${minPasswordLength} characters`}
              name="new"
              type="password"
              autoComplete="new-password"
              required
              minLength={minPasswordLength}
              error={
                errorIf('short', `Too short: use at least ${minPasswordLength} characters.`) ||
                errorIf('long', 'Too long: use at most 72 bytes. Some characters take more than one byte.')
              }
            />
            <Button type="submit">Change password</Button>
          </Stack>
        </form>
      </CodeCard>
      <LastRequests />
    </>
  )
}
