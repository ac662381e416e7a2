import type { ReactNode } from 'react'
import { Card } from '../ui/card'
import { type ActionSource, type Source, sourceOf } from './highlight'

/** Shows the lines of actions that use the session, and the whole actions on request. All of them must be in the same file. */
export function Code({ actions }: { actions: readonly string[] }) {
  const sources = actions.map((name) => ({ name, ...sourceOf(name) }))
  return (
    <figure className="code">
      <figcaption>{sources[0]?.file}</figcaption>
      {sources.map((source) => (
        <ActionCode key={source.name} {...source} />
      ))}
    </figure>
  )
}

function ActionCode({ name, change, whole }: ActionSource & { readonly name: string }) {
  if (!change) return <Lines {...whole} />
  return (
    <>
      <Lines {...change} />
      <details>
        <summary>
          The whole <code>{name}</code>
        </summary>
        <Lines {...whole} />
      </details>
    </>
  )
}

function Lines({ text, html }: Source) {
  if (html === undefined) {
    return (
      <pre>
        <code>{text}</code>
      </pre>
    )
  }
  // The highlighter made this HTML from this app's own source. React elements are sent twice and would be half of the page.
  return <pre dangerouslySetInnerHTML={{ __html: html }} />
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
