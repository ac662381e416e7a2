import { codeOf } from './highlight'

/** The source of actions of one file, as it runs. */
export function Code({ of }: { of: readonly string[] }) {
  const shown = of.map((name) => ({ name, ...codeOf(name) }))
  return (
    <figure className="code">
      <figcaption>{shown[0]?.file}</figcaption>
      {shown.map(({ name, source, html }) =>
        html === undefined ? (
          <pre key={name}>
            <code>{source}</code>
          </pre>
        ) : (
          // Made by the highlighter out of this app's own source. As elements, which go to the browser twice, it would be half of the page.
          <pre key={name} dangerouslySetInnerHTML={{ __html: html }} />
        ),
      )}
    </figure>
  )
}
