/** A response of the server. */
export interface VisitorResponse {
  readonly status: number
  readonly headers: Headers
  /** The complete `Set-Cookie` headers. */
  readonly setCookies: readonly string[]
  readonly text: string
  /** The parsed body, or undefined if it is not JSON. */
  readonly json: unknown
}

/** The parts of a request besides its path. */
export interface RequestParts {
  readonly method?: string
  /** Text is sent as it is, any other value as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The name of the session cookie in production. */
export const cookieName = '__Host-session'

/** A client without a browser. It stores the cookie itself, because other HTTP clients drop Secure cookies over plain HTTP. */
export class Visitor {
  /** The `Cookie` header. If it is empty, none is sent. */
  cookie: string
  readonly url: string

  constructor(url: string, cookie = '') {
    this.url = url
    this.cookie = cookie
  }

  /** The value of the session cookie, or an empty string. */
  get token(): string {
    return this.cookie.slice(cookieName.length + 1)
  }

  /** Returns another client with the same cookie. */
  clone(): Visitor {
    return new Visitor(this.url, this.cookie)
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<VisitorResponse> {
    return this.send(path, { headers })
  }

  patch(body: unknown): Promise<VisitorResponse> {
    return this.send('/api/session', { method: 'PATCH', body })
  }

  post(path: string, body?: unknown): Promise<VisitorResponse> {
    return this.send(path, { method: 'POST', body })
  }

  delete(path: string): Promise<VisitorResponse> {
    return this.send(path, { method: 'DELETE' })
  }

  async send(path: string, { method = 'GET', body, headers = {} }: RequestParts): Promise<VisitorResponse> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(this.cookie && { cookie: this.cookie }), ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const setCookies = response.headers.getSetCookie()
    this.#storeCookie(setCookies)
    const { status } = response
    const text = await response.text()
    return { status, headers: response.headers, setCookies, text, json: jsonOf(text) }
  }

  #storeCookie(setCookies: readonly string[]): void {
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
