import { ColorSchemeScript, MantineProvider, mantineHtmlProps } from '@mantine/core'
import { SessionBoundary } from 'coatcheck/client'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
// All style sheets are imported here. A prefetch would preload those of other pages, and browsers warn if they are not used soon.
import './ui/kit.css'
import './globals.css'
import './content.css'
import './ui/top-bar.css'
import './home/home.css'
import './how/how.css'
import './account/account.css'
import './requests/requests.css'
import { getSession } from './sessions'
import { theme } from './theme'
import { Messages } from './ui/messages'
import { TopBar } from './ui/top-bar'

export const metadata: Metadata = {
  title: { default: 'Coatcheck', template: '%s · Coatcheck' },
  description: "Django's session framework for the Next.js App Router",
}

// Pages wait for the session, because without JavaScript a Suspense fallback would stay forever.
export const instant = false

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" />
      </head>
      <body>
        <MantineProvider theme={theme} defaultColorScheme="auto">
          <a className="skip" href="#content">
            Skip to content
          </a>
          <TopBar />
          <main className="frame" id="content" tabIndex={-1}>
            <UserPages>{children}</UserPages>
          </main>
          <Messages />
        </MantineProvider>
      </body>
    </html>
  )
}

/**
 * The pages of one user. Another user of the same browser gets new pages, not hidden ones with the typed text of the first
 * user.
 */
async function UserPages({ children }: { children: ReactNode }) {
  return <SessionBoundary userId={(await getSession()).userId}>{children}</SessionBoundary>
}
