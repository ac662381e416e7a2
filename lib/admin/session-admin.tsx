import { Alert, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { SessionError } from '../core/errors.ts'
import { platform } from '../next/platform.ts'
import type { AdminActionOptions } from './action.ts'
import { parseAddress, type Query } from './address.ts'
import type { AdminAction, AdminContext, AdminSessions, UserNames } from './types.ts'
import { FlashMessages } from './ui/flash-messages.tsx'
import { Provider } from './ui/provider.tsx'
import { confirmView } from './views/confirm.tsx'
import { detailView } from './views/detail.tsx'
import { listView } from './views/list.tsx'
import { statisticsView } from './views/statistics.tsx'

/** The props of `<SessionAdmin>`. */
export interface SessionAdminProps {
  /** The object that `createSessions` returned. */
  readonly sessions: AdminSessions
  /** Returns true to show the page; any other value hides it. May redirect anonymous visitors. */
  readonly authorize: AdminActionOptions['authorize']
  /** The action that `createAdminAction` returned, exported by a `'use server'` file. */
  readonly action: AdminAction
  /** The `searchParams` of the Next page. The admin page stores all its state in the URL. */
  readonly searchParams: Promise<Query>
  /** Returns the display names of users, by user id. @default the ids */
  readonly userNames?: UserNames
  /** Shows the message of the last action. Set it to false if the app shows `session.flashes()` on every page. @default true */
  readonly showFlashes?: boolean
  /**
   * The nonce of the page's Content-Security-Policy, for the style elements. Style attributes need `style-src-attr
   * 'unsafe-inline'`.
   * @default the nonce that Next reads from the request's header Content-Security-Policy
   */
  readonly nonce?: string
}

/**
 * Renders a page on which admins see and revoke sessions. The app must load Mantine's style sheets; docs/admin.md
 * describes how to mount the page.
 *
 * @example
 * <SessionAdmin sessions={sessions} authorize={authorize} action={adminAction} searchParams={searchParams} />
 */
export async function SessionAdmin({ authorize, searchParams, showFlashes = true, ...props }: SessionAdminProps) {
  const isAuthorized = await authorize()
  const nonce = props.nonce ?? (await nonceOfRequest())
  if (isAuthorized !== true) return <Message nonce={nonce}>This page is for admins only.</Message>
  const session = await props.sessions.getSession()
  const address = parseAddress(await searchParams)
  await platform().io() // Next requires this call before the clock is read
  const view = await renderView({ userNames: async () => new Map(), ...props, session, address, now: new Date() }, nonce)
  return (
    <Provider nonce={nonce}>
      <Stack gap="lg" component="section" aria-label="Session administration">
        {showFlashes && <FlashMessages flashes={session.flashes()} action={props.action} />}
        {view}
      </Stack>
    </Provider>
  )
}

/** Returns the nonce that Next itself uses, from the policy that a middleware has set in the request's headers. */
async function nonceOfRequest(): Promise<string | undefined> {
  const policy = (await platform().headers()).get('content-security-policy')
  return policy?.match(/'nonce-([\w+/=-]+)'/)?.[1]
}

/** Fetches the data before it renders, so that an unsupported store is shown as a message instead of an error page. */
async function renderView(admin: AdminContext, nonce: string | undefined): Promise<ReactNode> {
  const { confirm, id, view } = admin.address
  try {
    if (confirm) return await confirmView(admin, confirm)
    if (id) return await detailView(admin)
    return await (view === 'statistics' ? statisticsView(admin) : listView(admin))
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'CONFIG_INVALID') throw error
    return (
      <Message nonce={nonce}>
        This app stores sessions in cookies. The server has no list of them, so sessions cannot be listed or revoked here.
      </Message>
    )
  }
}

function Message({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  return (
    <Provider nonce={nonce}>
      <Title order={1} mb="md">
        Sessions
      </Title>
      <Alert>
        <Text>{children}</Text>
      </Alert>
    </Provider>
  )
}
