'use client'

import { countText } from '../format'
import { useRequests } from './live-requests'
import type { RequestRecord } from './record'
import { Statements } from './statements'
import { attributesOf, cookieText, newestRequest } from './texts'

/** Shows the cookie in the response to the newest request. */
export function ReceivedCookie({ cookieName }: { cookieName: string }) {
  const { records } = useRequests()
  const newest = newestRequest(records)
  if (!newest) return null
  const attributes = attributesOf(newest)
  return (
    <div className="result" data-testid="received-cookie">
      <p>
        <Request record={newest} /> {cookieText(newest).long}
      </p>
      {attributes.length > 0 && (
        <pre>
          <code>
            Set-Cookie: {cookieName}=<span className="soft">{newest.end?.cookie === 'removed' ? '' : '(hidden)'}</span>;{' '}
            {attributes.join('; ')}
          </code>
        </pre>
      )}
    </div>
  )
}

/** Lists the statements of the newest request. */
export function AskedStatements() {
  const { records, noStatements } = useRequests()
  const newest = newestRequest(records)
  if (!newest) return null
  const { statements } = newest
  return (
    <div className="result" data-testid="asked-statements">
      <p>
        <Request record={newest} />{' '}
        {sentenceCase(statements.length === 0 ? `${noStatements}.` : `${countText(statements.length, 'statement')}:`)}
      </p>
      <Statements texts={statements} outlined />
    </div>
  )
}

function Request({ record: { method, path } }: { record: RequestRecord }) {
  return (
    <code>
      {method} {path}
    </code>
  )
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
