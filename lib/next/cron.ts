import { createHash, timingSafeEqual } from 'node:crypto'
import type { SessionAdministration } from '../core/administration/administration.ts'
import { SessionError } from '../core/errors.ts'
import { type Duration, durationOption } from '../core/store/expiry.ts'
import { type HandlerFunction, sessionHandler } from './handler.ts'

/** The options of `clearExpiredHandler`. */
export interface ClearExpiredHandlerOptions {
  /**
   * The secret that the caller sends as `Authorization: Bearer …`, at least 16 characters. Vercel sends `CRON_SECRET`.
   */
  secret: string | undefined
  /** Rows deleted by one statement. @default 1000 */
  batchSize?: number
  /**
   * The longest duration of one call, checked between two batches. Keep it below your host's limit. @default 20
   * (seconds)
   */
  timeLimit?: Duration
}

/** Implements `sessions.clearExpiredHandler`. */
export function clearExpiredHandler(
  clearExpired: SessionAdministration['clearExpired'],
  { secret, batchSize = 1000, timeLimit = 20 }: ClearExpiredHandlerOptions,
): HandlerFunction<Request, [], Promise<Response>> {
  return sessionHandler(async (request) => {
    // The header is read first, because that stops Next from prerendering this handler during the build.
    const sent = request.headers.get('authorization') ?? ''
    const milliseconds = Math.ceil(durationOption('timeLimit', timeLimit) * 1000)
    if (milliseconds > 86_400_000) throw new SessionError('CONFIG_INVALID', `timeLimit is ${timeLimit}; use at most one day.`)
    if (!isSame(sent, `Bearer ${checkSecret(secret)}`)) {
      throw new SessionError('UNAUTHENTICATED', 'Send the header Authorization: Bearer, followed by the secret of this handler.')
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
    `The secret of clearExpiredHandler is ${found}; set CRON_SECRET to at least 16 characters. ` +
      'Create one with: npx coatcheck secret',
  )
}

/** Compares hashes of equal length, so that every wrong secret takes the same time. */
function isSame(sent: string, expected: string): boolean {
  const [a, b] = [sent, expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
