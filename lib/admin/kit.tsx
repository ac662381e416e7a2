'use client'

import { MantineContext, MantineProvider } from '@mantine/core'
import { type ReactNode, use } from 'react'

/** What Mantine's parts need: the app's own provider with its theme, else one with the defaults. */
export function Kit({ children }: { children: ReactNode }) {
  return use(MantineContext) ? children : <MantineProvider defaultColorScheme="auto">{children}</MantineProvider>
}
