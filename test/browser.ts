import { type FakeRequest, withRequest } from 'coatcheck/testing'

/** A visitor whose cookies last from one fake request to the next. */
export class FakeBrowser {
  cookies: Readonly<Record<string, string>>

  constructor(cookies: Readonly<Record<string, string>> = {}) {
    this.cookies = cookies
  }

  /** Another browser that holds a copy of this one's cookies. */
  copy(): FakeBrowser {
    return new FakeBrowser(this.cookies)
  }

  /** The one cookie's value. */
  get token(): string {
    return Object.values(this.cookies)[0] ?? ''
  }

  /** Runs `fn` in a request of this browser and answers its value; the cookies it set are kept. */
  async visit<T>(fn: () => T | Promise<T>, request: FakeRequest = {}): Promise<T> {
    return (await this.request(fn, request)).value
  }

  /** The same, with all that is known of the response. */
  async request<T>(fn: () => T | Promise<T>, request: FakeRequest = {}) {
    const response = await withRequest({ ...request, cookies: this.cookies }, fn)
    this.cookies = response.cookies
    return response
  }
}
