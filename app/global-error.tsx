'use client'

import { Button, ColorSchemeScript, MantineProvider, mantineHtmlProps } from '@mantine/core'
import './ui/kit.css'
import './globals.css'
import { theme } from './theme'
import { PageTitle } from './ui/page-title'

/** What a visitor sees when the layout itself fails, as when the session store does. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" />
      </head>
      <body>
        <title>Coatcheck: not available</title>
        <MantineProvider theme={theme} defaultColorScheme="auto">
          <main className="frame">
            <PageTitle title="This does not work at the moment">Your session is not lost. Please try again soon.</PageTitle>
            <Button onClick={reset}>Try again</Button>
          </main>
        </MantineProvider>
      </body>
    </html>
  )
}
