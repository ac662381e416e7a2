import type { SessionStatus } from '../core/session/status.ts'
import { createPoller } from './poller.ts'
import type { SessionMirror } from './session-mirror.ts'

/**
 * Watches the session in one tab, until the returned function is called. Of the visible tabs, the one that holds a Web Lock
 * polls. A tab also asks the server when it is shown or gets focus, when it comes back from the back-forward cache, when the
 * network is back, and when another tab shows another user. `onChange` is called when the server has said twice that the page
 * was rendered for another user or for a session that is gone.
 */
export function watchSession(mirror: SessionMirror, statusUrl: string, onChange: () => unknown): () => void {
  const stop = new AbortController()
  const { signal } = stop
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
    // If the server cannot be asked, the browser's own error page shows no user's data.
    if (!status || mirror.differs(status)) return location.reload()
    isRestoring = document.body.hidden = false
  }
  mirror.statusUrl = statusUrl
  document.addEventListener(
    'visibilitychange',
    () => {
      follow()
      check()
    },
    { signal },
  )
  for (const type of ['focus', 'online']) addEventListener(type, check, { signal })
  // A page with an open channel or a lock may not enter the cache. What it shows is hidden until the server has said that it is
  // current.
  addEventListener(
    'pagehide',
    ({ persisted }) => {
      leave()
      document.body.hidden = persisted && mirror.shown.expiresIn !== null
    },
    { signal },
  )
  addEventListener('pageshow', ({ persisted }) => persisted && comeBack(), { signal })
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

/**
 * Asks the server, unless the page is hidden. What differs from the page is asked again before it counts: the cookie of a login
 * may have been on its way.
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
