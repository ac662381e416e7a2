import { type ReactNode, Suspense } from 'react'
import { getSession } from './sessions'

export default function Layout({ children, side }: { children: ReactNode; side: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Suspense>
          <InLayout />
        </Suspense>
        {children}
        {side}
      </body>
    </html>
  )
}

async function InLayout() {
  return <p>layout: {(await getSession()).get('name', 'anonymous')}</p>
}
