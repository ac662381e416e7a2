/** A date and time in UTC, readable without JavaScript; a dash for null. */
export function Timestamp({ at }: { at: Date | null }) {
  if (!at) return <>–</>
  return <time dateTime={at.toISOString()}>{at.toISOString().replace('T', ' ').slice(0, 19)} UTC</time>
}
