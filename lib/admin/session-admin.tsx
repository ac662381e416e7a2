import { Alert, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { SessionError } from '../core/errors.ts'
import { platform } from '../next/platform.ts'
import type { AdminActionOptions } from './action.ts'
import { parseAddress, type Query } from './address.ts'
import type { Admin, AdminAction, AdminSessions, UserNames } from './admin.ts'
import { confirmView } from './confirm.tsx'
import { detailView } from './detail.tsx'
import { figuresView } from './figures.tsx'
import { Kit } from './kit.tsx'
import { listView } from './list.tsx'
import { Report } from './report.tsx'

/** What `<SessionAdmin>` takes. */
export interface SessionAdminProps {
  /** What `createSessions` made. */
  readonly sessions: AdminSessions
  /** Whether the visitor may see and end sessions. It may redirect strangers by itself; to whom it answers anything but true nothing is shown. */
  readonly authorize: AdminActionOptions['authorize']
  /** What `createAdminAction` made, exported by a `'use server'` file. */
  readonly action: AdminAction
  /** The page's own: all the admin's state stands in the URL. */
  readonly searchParams: Promise<Query>
  /** The names to show for users, by id. @default their ids */
  readonly userNames?: UserNames
  /** Whether the admin shows what an action has left to say; false where the app shows `session.flashes()` on every page. @default true */
  readonly showFlashes?: boolean
}

/** A page on which admins see and end sessions. Wants Mantine's style sheets to be loaded; docs/admin.md says how to mount it. */
export async function SessionAdmin({ authorize, searchParams, showFlashes = true, ...props }: SessionAdminProps) {
  if ((await authorize()) !== true) return <Words>This page is for admins only.</Words>
  const session = await props.sessions.getSession()
  const address = parseAddress(await searchParams)
  await platform().io() // the clock is allowed from here on
  const view = await viewOf({ userNames: async () => new Map(), ...props, session, address, now: new Date() })
  return (
    <Kit>
      <Stack gap="lg" component="section" aria-label="Administration of sessions">
        {showFlashes && <Report flashes={session.flashes()} action={props.action} />}
        {view}
      </Stack>
    </Kit>
  )
}

/** Fetches before it renders, so that what a store refuses can be told in words. */
async function viewOf(admin: Admin): Promise<ReactNode> {
  const { confirm, id, view } = admin.address
  try {
    if (confirm) return await confirmView(admin, confirm)
    if (id) return await detailView(admin)
    return await (view === 'figures' ? figuresView(admin) : listView(admin))
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'CONFIG_INVALID') throw error
    return (
      <Words>
        Each session lies in its visitor's cookie, and the server keeps no list of them: so nothing can be listed or ended here.
      </Words>
    )
  }
}

function Words({ children }: { children: ReactNode }) {
  return (
    <Kit>
      <Title order={1} mb="md">
        Sessions
      </Title>
      <Alert>
        <Text>{children}</Text>
      </Alert>
    </Kit>
  )
}
