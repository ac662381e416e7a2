import { ColorSchemeScript, mantineHtmlProps } from '@mantine/core'
import { SessionBoundary, SessionProvider, SessionTimeout, SessionWatch } from 'coatcheck/client'
import type { Metadata } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
// All style sheets are imported here. A prefetch would preload those of other pages, and browsers warn if they are not used soon.
import './ui/kit.css'
import './globals.css'
import './content.css'
import './ui/session-timeout.css'
import './ui/top-bar.css'
import './home/home.css'
import './how/how.css'
import './account/account.css'
import './requests/requests.css'
import { logoutAction } from './actions'
import { sessions } from './sessions'
import { Messages } from './ui/messages'
import { ThemeProvider } from './ui/theme-provider'
import { TopBar } from './ui/top-bar'

export const metadata: Metadata = {
  title: { default: 'Coatcheck', template: '%s · Coatcheck' },
  description: "Django's session framework for the Next.js App Router",
}

// Pages wait for the session, because without JavaScript a Suspense fallback would stay forever.
export const instant = false

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = await nonceOfRequest()
  const view = await sessions.view((session) => ({ name: textOf(session.get('name')) }))
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} />
      </head>
      <body>
        <ThemeProvider nonce={nonce}>
          <SessionProvider view={view}>
            <a className="skip" href="#content">
              Skip to content
            </a>
            <TopBar />
            <main className="frame" id="content" tabIndex={-1}>
              <SessionBoundary userId={view.userId}>{children}</SessionBoundary>
            </main>
            <Messages />
            <SessionWatch status="/api/session/status" />
            <SessionTimeout warn="2m" logout={logoutAction} />
          </SessionProvider>
        </ThemeProvider>
      </body>
    </html>
  )
}

/** Returns the nonce of the Content-Security-Policy that middleware.ts has set. */
async function nonceOfRequest(): Promise<string | undefined> {
  return (await headers()).get('content-security-policy')?.match(/'nonce-([^']+)'/)?.[1]
}

/** Visitors can store any JSON under any key. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
