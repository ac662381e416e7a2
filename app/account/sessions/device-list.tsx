import { Badge, Button } from '@mantine/core'
import type { SessionInfo } from 'coatcheck'
import { When } from '../../ui/when'
import { endDeviceAction } from '../actions'
import { agoText, deviceOf, placeOf } from '../words'
import { DeviceSign } from './device-sign'

/** One line for each session; `now`, in epoch milliseconds, is what "ago" is counted from. */
export function DeviceList({ rows, now }: { rows: readonly SessionInfo[]; now: number }) {
  return (
    <ul className="devices">
      {rows.map((row) => (
        <Device key={row.id} row={row} now={now} />
      ))}
    </ul>
  )
}

function Device({ row, now }: { row: SessionInfo; now: number }) {
  const { id, userAgent, ip, current, lastSeenAt, authenticatedAt } = row
  const { name, kind } = deviceOf(userAgent)
  const seen = agoText(lastSeenAt, now)
  return (
    <li className={current ? 'here' : undefined}>
      <DeviceSign kind={kind} />
      <div>
        <h3>
          {name}{' '}
          {current && (
            <Badge component="span" variant="light">
              This device
            </Badge>
          )}
        </h3>
        <dl className="device-facts">
          <div>
            <dt>Place:</dt> <dd>{placeOf(ip)}</dd>
          </div>
          <div>
            <dt>Last seen:</dt> <dd>{current ? 'now' : <time dateTime={lastSeenAt.toISOString()}>{seen}</time>}</dd>
          </div>
          <div>
            <dt>Logged in:</dt>{' '}
            <dd>
              <When at={authenticatedAt} />
            </dd>
          </div>
        </dl>
      </div>
      <form action={endDeviceAction}>
        <input type="hidden" name="id" value={id} />
        <Button
          type="submit"
          variant="default"
          size="compact-sm"
          aria-label={current ? 'Log out this device' : `Log out ${name}, last seen ${seen}`}
        >
          Log out
        </Button>
      </form>
    </li>
  )
}
