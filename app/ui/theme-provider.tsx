'use client'

import { MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { theme } from '../theme'

/** Provides Mantine's theme. Its style elements get the nonce of the page's Content-Security-Policy. */
export function ThemeProvider({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  // The document keeps the nonce of its first load, while a later render by the router has another one.
  const styleNonce = () => globalThis.document?.querySelector<HTMLElement>('script[nonce]')?.nonce ?? nonce ?? ''
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      {children}
    </MantineProvider>
  )
}
