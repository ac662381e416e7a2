'use client'

import { Button, ColorSchemeScript, MantineProvider, mantineHtmlProps } from '@mantine/core'
import './ui/kit.css'
import './globals.css'
import { theme } from './theme'
import { PageTitle } from './ui/page-title'

/** Shown when the layout itself fails, for example because the session store does. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" />
      </head>
      <body>
        <title>Coatcheck: unavailable</title>
        <MantineProvider theme={theme} defaultColorScheme="auto">
          <main className="frame">
            <PageTitle title="Something went wrong">Your session is not lost. Please try again in a moment.</PageTitle>
            <Button onClick={reset}>Try again</Button>
          </main>
        </MantineProvider>
      </body>
    </html>
  )
}
