import type { Metadata } from 'next'
import Link from 'next/link'
import { PageTitle } from './ui/page-title'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <PageTitle title="Page not found">
      There is no page at this address. <Link href="/">Back to your session</Link>
    </PageTitle>
  )
}
