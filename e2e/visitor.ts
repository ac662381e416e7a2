/** What the server answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The `Set-Cookie` headers, whole. */
  readonly setCookies: readonly string[]
  readonly text: string
  /** The body as JSON; undefined if it is none. */
  readonly json: unknown
}

/** A request that is not just a path. */
export interface Sending {
  readonly method?: string
  /** Sent as JSON, unless it is text already. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The name of the session cookie in production. */
export const cookieName = '__Host-session'

/** A client without a browser. Keeps its cookie by hand: to other clients than browsers, a Secure cookie over plain http is lost. */
export class Visitor {
  /** The `Cookie` header that is sent; empty: none. */
  cookie: string
  readonly url: string

  constructor(url: string, cookie = '') {
    this.url = url
    this.cookie = cookie
  }

  /** The token in the cookie; empty if there is none. */
  get token(): string {
    return this.cookie.slice(cookieName.length + 1)
  }

  /** Another client with the same cookie. */
  clone(): Visitor {
    return new Visitor(this.url, this.cookie)
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send(path, { headers })
  }

  patch(body: unknown): Promise<Answer> {
    return this.send('/api/session', { method: 'PATCH', body })
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.send(path, { method: 'POST', body })
  }

  delete(path: string): Promise<Answer> {
    return this.send(path, { method: 'DELETE' })
  }

  async send(path: string, { method = 'GET', body, headers = {} }: Sending): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(this.cookie && { cookie: this.cookie }), ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const setCookies = response.headers.getSetCookie()
    this.#keep(setCookies)
    const { status } = response
    const text = await response.text()
    return { status, headers: response.headers, setCookies, text, json: jsonOf(text) }
  }

  #keep(setCookies: readonly string[]): void {
    const last = setCookies.at(-1)
    if (last === undefined) return
    this.cookie = /max-age=0/i.test(last) ? '' : last.replace(/;.*/, '')
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
