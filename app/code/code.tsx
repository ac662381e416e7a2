import type { ReactNode } from 'react'
import { Card } from '../ui/card'
import { highlight } from './highlight'
import { type ActionSource, sourceOf } from './source'

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
  if (!change) return <Lines code={whole} />
  return (
    <>
      <Lines code={change} />
      <details>
        <summary>
          The whole <code>{name}</code>
        </summary>
        <Lines code={whole} />
      </details>
    </>
  )
}

function Lines({ code }: { readonly code: string }) {
  // `highlight` escapes the code. React sends this text twice; as elements it would be several times longer.
  const html = { __html: highlight(code) }
  return (
    <pre>
      <code dangerouslySetInnerHTML={html} />
    </pre>
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
