import { Badge, Button } from '@mantine/core'
import type { SessionInfo } from 'coatcheck'
import { agoText } from '../../format'
import { BoundBadge } from '../../ui/bound-badge'
import { Timestamp } from '../../ui/timestamp'
import { logOutDeviceAction } from '../actions'
import { type DeviceKind, deviceOf, locationOf } from '../devices'

/** Lists one device per session. `now`, in epoch milliseconds, is the reference for "ago". */
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
  const { id, userAgent, ip, current, lastSeenAt, authenticatedAt, deviceBound } = row
  const { name, kind } = deviceOf(userAgent)
  const seen = agoText(lastSeenAt, now)
  return (
    <li className={current ? 'here' : undefined}>
      <DeviceIcon kind={kind} />
      <div>
        <h3>
          {name}{' '}
          {current && (
            <Badge component="span" variant="light">
              This device
            </Badge>
          )}{' '}
          {deviceBound && <BoundBadge />}
        </h3>
        <dl className="device-facts">
          {ip !== null && (
            <div>
              <dt>Location:</dt> <dd>{locationOf(ip)}</dd>
            </div>
          )}
          <div>
            <dt>Last seen:</dt> <dd>{current ? 'now' : <time dateTime={lastSeenAt.toISOString()}>{seen}</time>}</dd>
          </div>
          <div>
            <dt>Logged in:</dt>{' '}
            <dd>
              <Timestamp at={authenticatedAt} />
            </dd>
          </div>
        </dl>
      </div>
      <form action={logOutDeviceAction}>
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

const shapes: Readonly<Record<DeviceKind, string>> = {
  desktop: 'M4 5h16v11H4zM2 20h20',
  mobile: 'M7 2h10v20H7zM11 18h2',
  tablet: 'M5 2h14v20H5zM11 18h2',
  unknown: 'M3 4h18v16H3zM7 9l3 3-3 3M12 15h5',
}

/** Hidden from assistive technology, because the name next to it says the same. */
function DeviceIcon({ kind }: { kind: DeviceKind }) {
  return (
    <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
      <path d={shapes[kind]} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
