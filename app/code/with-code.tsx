import type { ReactNode } from 'react'
import { Card } from '../ui/card'
import { Code } from './code'

/** A form, and beside it the actions that it calls. */
export function WithCode({ title, of, children }: { title: string; of: readonly string[]; children: ReactNode }) {
  return (
    <Card title={title}>
      <div className="with-code">
        <div>{children}</div>
        <Code of={of} />
      </div>
    </Card>
  )
}
