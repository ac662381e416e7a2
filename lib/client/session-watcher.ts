import type { SessionStatus } from '../core/session/status.ts'
import { createPoller } from './poller.ts'
import type { SessionMirror } from './session-mirror.ts'

/**
 * Watches the session in one tab, until the returned function is called. Only the visible tab that holds the Web Lock
 * polls. A tab also asks the server when it is shown or gets focus, when it comes back from the back-forward cache,
 * when the network is back, and when another tab shows another user. Calls `onChange` when the server has reported
 * twice that the page was rendered for another user or for a session that is gone.
 */
export function watchSession(mirror: SessionMirror, statusUrl: string, onChange: () => unknown): () => void {
  const stop = new AbortController()
  let isRestoring = false
  let checking: Promise<SessionStatus | null> | null = null
  const check = () => {
    checking ??= ask(mirror, () => isRestoring || onChange()).finally(() => {
      checking = null
    })
    return checking
  }
  const { follow, schedule } = createPoller(mirror, check)
  const join = () => {
    mirror.join(() => Promise.resolve(checking).then(check))
    follow()
  }
  const leave = () => {
    mirror.leave()
    follow()
  }
  const comeBack = async () => {
    isRestoring = true
    join()
    const status = await check()
    // If the server cannot be reached, the browser shows its own error page, which contains no data of a user.
    if (!status || mirror.differs(status)) return location.reload()
    isRestoring = document.body.hidden = false
  }
  mirror.statusUrl = statusUrl
  listen({ check, follow, leave, comeBack, holdsData: () => mirror.shown.expiresIn !== null }, stop.signal)
  const unsubscribe = mirror.subscribe(() => {
    schedule()
    if (mirror.differs(mirror.known)) check()
  })
  join()
  return () => {
    unsubscribe()
    stop.abort()
    leave()
  }
}

/** The functions that the browser's events call. */
interface Reactions {
  check(): unknown
  follow(): void
  leave(): void
  comeBack(): unknown
  /** Returns true if the page may show data of a session. */
  holdsData(): boolean
}

function listen({ check, follow, leave, comeBack, holdsData }: Reactions, signal: AbortSignal): void {
  const show = () => {
    follow()
    check()
  }
  document.addEventListener('visibilitychange', show, { signal })
  for (const type of ['focus', 'online']) addEventListener(type, check, { signal })
  // A browser does not store a page with an open channel or a lock in the back-forward cache. Its content is hidden until the
  // server has confirmed that it is current.
  const hide = ({ persisted }: PageTransitionEvent) => {
    leave()
    document.body.hidden = persisted && holdsData()
  }
  addEventListener('pagehide', hide, { signal })
  addEventListener('pageshow', ({ persisted }) => persisted && comeBack(), { signal })
}

/**
 * Asks the server, unless the page is hidden. Asks a second time if the response differs from the page, because the
 * cookie of a login may not have arrived yet.
 */
async function ask(mirror: SessionMirror, onChange: () => unknown): Promise<SessionStatus | null> {
  let status: SessionStatus | null = null
  for (let times = 0; times < 2; times++) {
    status = mirror.isPresent ? await mirror.ask('GET') : null
    if (!status || !mirror.differs(status)) return status
  }
  await onChange()
  return status
}
