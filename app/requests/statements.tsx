import { statementOutline, statementPurpose, statementTitle } from './statement-title'

interface StatementsProps {
  readonly texts: readonly string[]
  /** Shows the beginning of each statement, too. */
  readonly outlined?: boolean
}

/** Lists statements: each title with its purpose, and the SQL text on request. */
export function Statements({ texts, outlined = false }: StatementsProps) {
  return (
    <ol className="statements">
      {texts.map((text, index) => (
        <li key={index}>
          <details>
            <summary>
              <code>{statementTitle(text)}</code> <span className="soft">{statementPurpose(text)}</span>
            </summary>
            <code>{text}</code>
          </details>
          {outlined && (
            <pre>
              <code>{statementOutline(text)}</code>
            </pre>
          )}
        </li>
      ))}
    </ol>
  )
}
