import { instantText, relativeText } from './words.ts'

/** An instant, in UTC; with `now` as '3 minutes ago', and in UTC on demand. */
export function When({ at, now }: { at: Date; now?: Date }) {
  const text = `${instantText(at)} UTC`
  return (
    <time dateTime={at.toISOString()} title={text}>
      {now ? relativeText(at, now) : text}
    </time>
  )
}
