/** The sign of the shop. */
export function Hanger() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <path
        d="M16 9a3 3 0 1 1 3-3M16 9v3L3 22a2 2 0 0 0 1 4h24a2 2 0 0 0 1-4L16 12"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
