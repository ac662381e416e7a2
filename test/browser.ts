import { type FakeRequest, withRequest } from 'coatcheck/testing'

/** A browser that keeps its cookies between fake requests. */
export class FakeBrowser {
  cookies: Readonly<Record<string, string>>

  constructor(cookies: Readonly<Record<string, string>> = {}) {
    this.cookies = cookies
  }

  /** Returns another browser with a copy of the cookies. */
  copy(): FakeBrowser {
    return new FakeBrowser(this.cookies)
  }

  /** The value of the only cookie, or an empty string. */
  get token(): string {
    return Object.values(this.cookies)[0] ?? ''
  }

  /** Runs `fn` in a request of this browser, keeps the cookies that it sets, and returns its value. */
  async visit<T>(fn: () => T | Promise<T>, request: FakeRequest = {}): Promise<T> {
    return (await this.request(fn, request)).value
  }

  /** Does the same and returns the whole response. */
  async request<T>(fn: () => T | Promise<T>, request: FakeRequest = {}) {
    const response = await withRequest({ ...request, cookies: this.cookies }, fn)
    this.cookies = response.cookies
    return response
  }
}
