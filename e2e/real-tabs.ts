import type { Browser, Cookie } from 'playwright/test'

/** A tab that the browser can hide and freeze. */
export interface RealTab {
  /** Returns the value of an expression in the page. If it is a promise, waits for it. */
  evaluate(expression: string): Promise<unknown>
  /** Minimises the tab's window. */
  hide(): Promise<void>
  /** Restores the tab's window and focuses it. */
  show(): Promise<void>
  /** Stops the timers and events of a hidden tab, as browsers do to save power, and as a sleeping machine does. */
  freeze(): Promise<void>
  /** Lets a frozen tab run again. */
  resume(): Promise<void>
}

/** The tabs of a new browser context. */
export interface RealTabs {
  /** Opens a page in a new window, and waits until it is loaded. */
  open(url: string): Promise<RealTab>
  close(): Promise<void>
}

type Send = (method: string, params?: object) => Promise<Record<string, unknown>>

/**
 * Opens tabs that the browser can hide and freeze. Playwright keeps each of its own pages visible and focused, so the tabs are
 * created in a context that Playwright does not know.
 */
export async function realTabs(browser: Browser, cookies: readonly Cookie[]): Promise<RealTabs> {
  const root = await browser.newBrowserCDPSession()
  const { browserContextId } = await root.send('Target.createBrowserContext')
  const copies = cookies.map(({ partitionKey: _, ...cookie }) => cookie)
  await root.send('Storage.setCookies', { cookies: copies, browserContextId })
  const replies = new Map<number, (reply: { result?: Record<string, unknown>; error?: { message: string } }) => void>()
  root.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, ...reply } = JSON.parse(message)
    replies.get(id)?.(reply)
    replies.delete(id)
  })
  let sent = 0
  const sender =
    (sessionId: string): Send =>
    (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++sent
        replies.set(id, ({ result = {}, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)))
        root.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) }).catch(reject)
      })
  const open = async (url: string) => {
    const { targetId } = await root.send('Target.createTarget', { url, browserContextId, newWindow: true })
    const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: false })
    const { windowId } = await root.send('Browser.getWindowForTarget', { targetId })
    const setWindow = async (windowState: 'minimized' | 'normal') => {
      await root.send('Browser.setWindowBounds', { windowId, bounds: { windowState } })
    }
    return tabOf(sender(sessionId), setWindow)
  }
  return { open, close: () => root.send('Target.disposeBrowserContext', { browserContextId }).then(() => root.detach()) }
}

async function tabOf(send: Send, setWindow: (state: 'minimized' | 'normal') => Promise<void>): Promise<RealTab> {
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value?: unknown }).value
  }
  const until = (type: string, condition: string) =>
    evaluate(
      `new Promise((resolve) => ${condition} ? resolve() : addEventListener('${type}', resolve, { once: true, capture: true }))`,
    )
  await until('load', "document.readyState === 'complete'")
  return {
    evaluate,
    hide: async () => {
      await setWindow('minimized')
      await until('visibilitychange', "document.visibilityState === 'hidden'")
    },
    show: async () => {
      await setWindow('normal')
      await until('visibilitychange', "document.visibilityState === 'visible'")
    },
    freeze: async () => {
      await evaluate("addEventListener('freeze', () => { window.isFrozen = true }, { once: true, capture: true })")
      await send('Page.setWebLifecycleState', { state: 'frozen' })
      if ((await evaluate('window.isFrozen')) !== true) throw new Error('The browser has not frozen the tab. Hide it first.')
    },
    resume: async () => void (await send('Page.setWebLifecycleState', { state: 'active' })),
  }
}
