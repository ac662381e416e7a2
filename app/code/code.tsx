import type { ReactNode } from 'react'
import { Card } from '../ui/card'
import { sourceOf } from './highlight'

/** Shows the source of actions. All of them must be in the same file. */
export function Code({ actions }: { actions: readonly string[] }) {
  const sources = actions.map((name) => ({ name, ...sourceOf(name) }))
  return (
    <figure className="code">
      <figcaption>{sources[0]?.file}</figcaption>
      {sources.map(({ name, source, html }) =>
        html === undefined ? (
          <pre key={name}>
            <code>{source}</code>
          </pre>
        ) : (
          // The highlighter made this HTML from this app's own source. React elements are sent twice and would be half of the page.
          <pre key={name} dangerouslySetInnerHTML={{ __html: html }} />
        ),
      )}
    </figure>
  )
}

/** A card with a form and the source of the actions that it calls. */
export function CodeCard({ title, actions, children }: { title: string; actions: readonly string[]; children: ReactNode }) {
  return (
    <Card title={title}>
      <div className="with-code">
        <div>{children}</div>
        <Code actions={actions} />
      </div>
    </Card>
  )
}
