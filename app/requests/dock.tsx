import { Badge, Group } from '@mantine/core'
import { countText, millisecondsText } from '../format'
import type { RequestRecord } from './record'
import { Statements } from './statements'
import { attributesOf, cookieText, newestRequest, splitRequests } from './texts'

const maxEarlier = 4

interface RequestDockProps {
  readonly records: readonly RequestRecord[]
  /** Shown for a request without statements. */
  readonly noStatements: string
}

/** A bar at the bottom of the screen: the newest request in one line. It opens to the details and the earlier requests. */
export function RequestDock({ records, noStatements }: RequestDockProps) {
  const { newest, earlier, since } = splitRequests(records)
  const shown = newestRequest(records)
  return (
    <section className="dock" aria-label="Last request">
      <details>
        <summary>
          <span className="dock-title">Last request</span>
          {shown && <RequestLine record={shown} />}
        </summary>
        <div className="dock-body">
          {!newest && records.length > 0 && (
            <p>The router had already prefetched this page, so following the link sent no request.</p>
          )}
          {shown && <RequestDetails record={shown} noStatements={noStatements} />}
          {newest && <Since records={since} />}
          {earlier.length > 0 && (
            <ol className="earlier" aria-label="Earlier requests">
              {earlier.slice(0, maxEarlier).map((record) => (
                <li key={record.id} className="request-line">
                  <RequestLine record={record} />, {millisecondsText(record.end?.milliseconds ?? null)}
                </li>
              ))}
            </ol>
          )}
        </div>
      </details>
    </section>
  )
}

/** The parts that are known last are at the end, so that the others do not move. */
function RequestLine({ record }: { record: RequestRecord }) {
  const { method, path, kind, statements } = record
  return (
    <span>
      <code>
        {method} {path}
      </code>{' '}
      {kind}, {countText(statements.length, 'statement')}, {cookieText(record).short}
    </span>
  )
}

function RequestDetails({ record, noStatements }: { record: RequestRecord; noStatements: string }) {
  const { method, path, kind, statements, end } = record
  const attributes = attributesOf(record)
  return (
    <div data-testid="last-request">
      <Group gap="xs" mb="sm">
        <code>
          {method} {path}
        </code>
        <Badge variant="default" tt="none">
          {kind}
        </Badge>
      </Group>
      <dl className="facts">
        <dt>Cookie</dt>
        <dd>
          {cookieText(record).long}
          {attributes.length > 0 && <code className="attributes">{attributes.join('; ')}</code>}
        </dd>
        <dt>Database</dt>
        <dd>
          {statements.length === 0 && noStatements}
          <Statements texts={statements} />
        </dd>
        <dt>Time</dt>
        <dd>{millisecondsText(end?.milliseconds ?? null)}, including the rendering of the page</dd>
      </dl>
    </div>
  )
}

/** Shows how many requests the page has sent by itself since the newest request of the visitor. */
function Since({ records }: { records: readonly RequestRecord[] }) {
  const prefetches = records.filter(({ kind }) => kind === 'prefetch')
  const messages = records.filter(({ kind }) => kind === 'message')
  return (
    <p className="request-line" data-testid="prefetches">
      Prefetches since: {prefetches.length} ({countText(statementsOf(prefetches), 'statement')})
      {messages.length > 0 && `. Message acknowledged (${countText(statementsOf(messages), 'statement')})`}
    </p>
  )
}

function statementsOf(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { statements }) => sum + statements.length, 0)
}
