import { Text } from '@mantine/core'
import type { RequestRecord } from './record'
import { RequestDetails } from './request-details'
import { cookieText, countOf, millisecondsText } from './words'

const earlierShown = 4

interface RequestListProps {
  readonly records: readonly RequestRecord[]
  /** What is said of a request without a statement. */
  readonly unasked: string
}

/** The newest request in full, those before in a line each; what the page asks by itself, as numbers. */
export function RequestList({ records, unasked }: RequestListProps) {
  const [newest, ...earlier] = records.filter(({ kind }) => kind !== 'prefetch' && kind !== 'message')
  if (!newest) return <OnlyPrefetched record={records[0]} unasked={unasked} />
  const since = records.slice(0, records.indexOf(newest))
  const prefetches = since.filter(({ kind }) => kind === 'prefetch')
  const messages = since.filter(({ kind }) => kind === 'message')
  return (
    <>
      <RequestDetails record={newest} unasked={unasked} />
      <p className="request-line" data-testid="prefetches">
        Prefetches since: {prefetches.length}, with {countOf(statementsOf(prefetches), 'statement')}
        {messages.length > 0 && `; then the message was acknowledged, with ${countOf(statementsOf(messages), 'statement')}`}
      </p>
      {earlier.length > 0 && (
        <ol className="earlier" aria-label="Before that">
          {earlier.slice(0, earlierShown).map(({ id, method, path, kind, statements, end }) => (
            <li key={id} className="request-line">
              <code>
                {method} {path}
              </code>{' '}
              {kind}, {countOf(statements.length, 'statement')}, {cookieText(end, 'short')}, {millisecondsText(end)}
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

/** A page that came with a prefetch: a stranger's needs no more than that. */
function OnlyPrefetched({ record, unasked }: { record: RequestRecord | undefined; unasked: string }) {
  if (!record) return <Text c="dimmed">None of yours is known yet.</Text>
  return (
    <>
      <p>The router had this page already: following the link asked the server nothing.</p>
      <RequestDetails record={record} unasked={unasked} />
    </>
  )
}

function statementsOf(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { statements }) => sum + statements.length, 0)
}
