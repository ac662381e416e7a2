import { Badge, Group } from '@mantine/core'
import type { RequestRecord } from './record'
import { cookieText, millisecondsText, statementTitle } from './words'

/** One request in full. */
export function RequestDetails({ record, unasked }: { record: RequestRecord; unasked: string }) {
  const { method, path, kind, statements, end } = record
  const attributes = end?.attributes.filter((text) => !text.startsWith('Expires')) ?? []
  return (
    <div data-testid="last-request">
      <Group gap="xs" mb="sm">
        <code>
          {method} {path}
        </code>
        <Badge variant="default" tt="none">
          {kind}
        </Badge>
        <span className="soft">{millisecondsText(end)}</span>
      </Group>
      <dl className="facts">
        <dt>Cookie</dt>
        <dd>
          {cookieText(end, 'long')}
          {attributes.length > 0 && <code className="attributes">{attributes.join('; ')}</code>}
        </dd>
        <dt>Database</dt>
        <dd>
          {statements.length === 0 && unasked}
          <ol className="statements">
            {statements.map((text, index) => (
              <li key={index}>
                <details>
                  <summary>{statementTitle(text)}</summary>
                  <code>{text}</code>
                </details>
              </li>
            ))}
          </ol>
        </dd>
      </dl>
    </div>
  )
}
