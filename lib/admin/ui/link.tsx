'use client'

import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core'
import NextLink from 'next/link.js'
import { usePathname } from 'next/navigation.js'
import type { ReactNode } from 'react'

interface LinkProps {
  /** The query of the target, as `printAddress` returns it. */
  readonly query: string
  /** Scrolls to the top of the new page. @default true */
  readonly scroll?: boolean
  readonly children: ReactNode
  readonly title?: string
  readonly 'aria-label'?: string
  readonly 'aria-current'?: 'page' | 'true' | undefined
}

/** A link to another state of the admin page, at the path where the app has mounted it. It is not prefetched. */
export function QueryLink({ query, ...rest }: LinkProps & AnchorProps) {
  return <Anchor component={NextLink} href={usePathname() + query} prefetch={false} {...rest} />
}

/** A `QueryLink` that looks like a button. */
export function QueryButton({ query, ...rest }: LinkProps & ButtonProps) {
  return <Button component={NextLink} href={usePathname() + query} prefetch={false} {...rest} />
}
