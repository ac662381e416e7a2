import { createHash, timingSafeEqual } from 'node:crypto'
import { SessionError } from '../core/errors.ts'
import { type Duration, durationOption } from '../core/store/expiry.ts'
import type { SessionAdministration } from '../core/administration/administration.ts'
import { type HandlerFunction, sessionHandler } from './handler.ts'

/** What `clearExpiredHandler` takes. */
export interface ClearExpiredHandlerOptions {
  /** What the caller must send as `Authorization: Bearer …`, at least 16 characters: Vercel sends `CRON_SECRET`. */
  secret: string | undefined
  /** Rows deleted by one statement. @default 1000 */
  batchSize?: number
  /** Longest time of one call, checked between two batches; keep it below what your host gives a function. @default 20 (seconds) */
  timeLimit?: Duration
}

/** The route handler that `sessions.clearExpiredHandler` makes. */
export function clearExpiredHandler(
  clearExpired: SessionAdministration['clearExpired'],
  { secret, batchSize = 1000, timeLimit = 20 }: ClearExpiredHandlerOptions,
): HandlerFunction<Request, [], Promise<Response>> {
  return sessionHandler(async (request) => {
    // Asked for first: it is what tells Next, while it builds, that there is nothing here to render ahead of time.
    const sent = request.headers.get('authorization') ?? ''
    const milliseconds = Math.ceil(durationOption('timeLimit', timeLimit) * 1000)
    if (milliseconds > 86_400_000) throw new SessionError('CONFIG_INVALID', `timeLimit is ${timeLimit}; use a day at most.`)
    if (!isSame(sent, `Bearer ${checkSecret(secret)}`)) {
      throw new SessionError('UNAUTHENTICATED', 'Send the header Authorization: Bearer, and the secret of this handler.')
    }
    const signal = AbortSignal.timeout(milliseconds)
    const deleted = await clearExpired({ batchSize, signal })
    return Response.json({ deleted, done: !signal.aborted })
  })
}

function checkSecret(secret: string | undefined): string {
  const length = secret?.length ?? 0
  if (secret && length >= 16) return secret
  const found = length === 0 ? 'missing' : `${length} characters long`
  throw new SessionError(
    'CONFIG_INVALID',
    `The secret of clearExpiredHandler is ${found}; set CRON_SECRET to at least 16. Make one with: npx coatcheck secret`,
  )
}

/** Hashes have one length, so that comparing them takes the same time for every wrong secret. */
function isSame(sent: string, expected: string): boolean {
  const [a, b] = [sent, expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
