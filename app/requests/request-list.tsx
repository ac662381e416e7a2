import { Badge, Group, Text } from '@mantine/core'
import { countText, millisecondsText } from '../format'
import type { CookieOutcome, RequestRecord } from './record'
import { statementTitle } from './statement-title'

const maxEarlier = 4

/** The effect on the session cookie: `long` follows the word "Cookie", `short` is for a list. */
const cookieTexts: Readonly<Record<CookieOutcome | 'pending', { readonly long: string; readonly short: string }>> = {
  none: { long: 'not sent', short: 'no cookie' },
  new: { long: 'sent, with a new token', short: 'cookie with a new token' },
  same: { long: 'sent, with the same token', short: 'cookie with the same token' },
  removed: { long: 'removed', short: 'cookie removed' },
  pending: { long: 'response pending', short: 'response pending' },
}

interface RequestListProps {
  readonly records: readonly RequestRecord[]
  /** Shown for a request without statements. */
  readonly noStatements: string
}

/**
 * Shows the newest request in detail and earlier ones in a line each. Shows only the number of prefetches and
 * acknowledgements.
 */
export function RequestList({ records, noStatements }: RequestListProps) {
  const [newest, ...earlier] = records.filter(({ kind }) => kind !== 'prefetch' && kind !== 'message')
  if (!newest) return <OnlyPrefetched record={records[0]} noStatements={noStatements} />
  const since = records.slice(0, records.indexOf(newest))
  const prefetches = since.filter(({ kind }) => kind === 'prefetch')
  const messages = since.filter(({ kind }) => kind === 'message')
  return (
    <>
      <RequestDetails record={newest} noStatements={noStatements} />
      <p className="request-line" data-testid="prefetches">
        Prefetches since: {prefetches.length} ({countText(statementsOf(prefetches), 'statement')})
        {messages.length > 0 && `. Message acknowledged (${countText(statementsOf(messages), 'statement')})`}
      </p>
      {earlier.length > 0 && (
        <ol className="earlier" aria-label="Earlier requests">
          {earlier.slice(0, maxEarlier).map(({ id, method, path, kind, statements, end }) => (
            <li key={id} className="request-line">
              <code>
                {method} {path}
              </code>{' '}
              {kind}, {countText(statements.length, 'statement')}, {cookieTexts[end?.cookie ?? 'pending'].short},{' '}
              {millisecondsText(end?.milliseconds ?? null)}
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

/** Shown if the page came from a prefetch only. Pages for anonymous visitors can. */
function OnlyPrefetched({ record, noStatements }: { record: RequestRecord | undefined; noStatements: string }) {
  if (!record) return <Text c="dimmed">No requests yet.</Text>
  return (
    <>
      <p>The router had already prefetched this page, so following the link sent no request.</p>
      <RequestDetails record={record} noStatements={noStatements} />
    </>
  )
}

function RequestDetails({ record, noStatements }: { record: RequestRecord; noStatements: string }) {
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
        <span className="soft">{millisecondsText(end?.milliseconds ?? null)}</span>
      </Group>
      <dl className="facts">
        <dt>Cookie</dt>
        <dd>
          {cookieTexts[end?.cookie ?? 'pending'].long}
          {attributes.length > 0 && <code className="attributes">{attributes.join('; ')}</code>}
        </dd>
        <dt>Database</dt>
        <dd>
          {statements.length === 0 && noStatements}
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

function statementsOf(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { statements }) => sum + statements.length, 0)
}
