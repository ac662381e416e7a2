/** An instant, in a form that needs no script to be read. */
export function When({ at }: { at: Date | null }) {
  if (!at) return <>–</>
  return <time dateTime={at.toISOString()}>{at.toISOString().replace('T', ' ').slice(0, 19)} UTC</time>
}
