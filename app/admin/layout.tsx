import type { ReactNode } from 'react'
import { PrivatePages } from '../ui/private-pages'

export const instant = false

export default function AdminLayout({ children }: { children: ReactNode }) {
  return <PrivatePages>{children}</PrivatePages>
}
