'use client'

import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core'
import NextLink from 'next/link.js'
import { usePathname } from 'next/navigation.js'
import type { ReactNode } from 'react'

interface Target {
  /** The query of the address, as `printAddress` prints it. */
  readonly query: string
  /** Whether the new page is shown from its top. @default true */
  readonly scroll?: boolean
  readonly children: ReactNode
  readonly title?: string
  readonly 'aria-label'?: string
  readonly 'aria-current'?: 'page' | 'true' | undefined
}

/** A link to another state of the admin, wherever the app has mounted it. What is not followed is not loaded. */
export function QueryLink({ query, ...rest }: Target & AnchorProps) {
  return <Anchor component={NextLink} href={usePathname() + query} prefetch={false} {...rest} />
}

/** The same, looking like a button. */
export function QueryButton({ query, ...rest }: Target & ButtonProps) {
  return <Button component={NextLink} href={usePathname() + query} prefetch={false} {...rest} />
}
