'use client'

import { MantineContext, MantineProvider } from '@mantine/core'
import { type ReactNode, use } from 'react'

/** The props of `<Provider>`. */
interface ProviderProps {
  /** The nonce of the page's Content-Security-Policy, for Mantine's style elements. */
  readonly nonce: string | undefined
  readonly children: ReactNode
}

/** Provides Mantine's context: the app's own, so that its theme applies, or else one with the defaults. */
export function Provider({ nonce, children }: ProviderProps) {
  const context = use(MantineContext)
  const style = nonce === undefined ? {} : { getStyleNonce: () => documentNonce() ?? nonce }
  if (!context) {
    return (
      <MantineProvider defaultColorScheme="auto" {...style}>
        {children}
      </MantineProvider>
    )
  }
  if (context.getStyleNonce) return children
  return <MantineContext value={{ ...context, ...style }}>{children}</MantineContext>
}

/** The nonce of the document. The router loads no new document, so the nonce of the first page stays valid. */
function documentNonce(): string | undefined {
  return globalThis.document?.querySelector<HTMLElement>('script[nonce]')?.nonce
}
