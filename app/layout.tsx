import { ColorSchemeScript, MantineProvider, mantineHtmlProps } from '@mantine/core'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
// All style sheets at once: what only another page needs would be preloaded with a prefetch, and browsers complain if it is not used soon.
import './ui/kit.css'
import './globals.css'
import './content.css'
import './ui/top-bar.css'
import './home/home.css'
import './how/how.css'
import './account/account.css'
import './requests/requests.css'
import { theme } from './theme'
import { Messages } from './ui/messages'
import { TopBar } from './ui/top-bar'

export const metadata: Metadata = {
  title: { default: 'Coatcheck', template: '%s · Coatcheck' },
  description: 'Sessions as Django has them, for the Next.js App Router',
}

// The pages work without JavaScript, where a Suspense fallback would stay for ever: so they wait for the session.
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
            Skip to the content
          </a>
          <TopBar />
          <main className="frame" id="content" tabIndex={-1}>
            {children}
          </main>
          <Messages />
        </MantineProvider>
      </body>
    </html>
  )
}
