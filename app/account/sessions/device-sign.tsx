import type { DeviceKind } from '../words'

const shapes: Readonly<Record<DeviceKind, string>> = {
  desktop: 'M4 5h16v11H4zM2 20h20',
  mobile: 'M7 2h10v20H7zM11 18h2',
  tablet: 'M5 2h14v20H5zM11 18h2',
  unknown: 'M3 4h18v16H3zM7 9l3 3-3 3M12 15h5',
}

/** A drawing of a device; the words beside it say the same. */
export function DeviceSign({ kind }: { kind: DeviceKind }) {
  return (
    <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
      <path d={shapes[kind]} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
