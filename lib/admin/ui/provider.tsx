'use client'

import { MantineContext, MantineProvider } from '@mantine/core'
import { type ReactNode, use } from 'react'

/** Provides Mantine's context: that of the app if it has one, so that its theme applies, otherwise one with the defaults. */
export function Provider({ children }: { children: ReactNode }) {
  return use(MantineContext) ? children : <MantineProvider defaultColorScheme="auto">{children}</MantineProvider>
}
